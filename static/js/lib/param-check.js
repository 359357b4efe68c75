// What is wrong with the value of a parameter, while it is typed; the server says the same words and decides.

const NUMBER = /^[+-]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)(e[+-]?\d+)?$|^[+-]?(inf|infinity|nan)$/i;
const ADDRESS = /^[a-z][a-z0-9+.-]*:/i;

/**
 * @param {string} type As the MLproject file has it.
 * @param {string} name
 * @param {string} value "" stands for the default.
 * @param {boolean} isRequired Whether there is no default.
 * @returns {string} A sentence, "" if nothing is wrong.
 */
export function paramProblem(type, name, value, isRequired) {
  if (!value.trim()) return isRequired ? "A value is required" : "";
  if (type === "float" && !NUMBER.test(value.trim())) return `'${value}' is not a number`;
  if (type === "uri" && !ADDRESS.test(value.trim())) return `Expected URI for parameter ${name} but got ${value}`;
  return "";
}
