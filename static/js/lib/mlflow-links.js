// Addresses of MLflow's own pages, as its client prints them, and ours that show the same.

/**
 * @param {string} hash The part of an address from #, like "#/experiments/3/runs/1f0c…".
 * @returns {string} The path of our page, or "" for what is no such address.
 */
export function pageOf(hash) {
  const [, experiment, run] = hash.match(/^#\/experiments\/(\d+)(?:\/runs\/([\w-]+))?/) ?? [];
  if (run) return `/runs/${run}/`;
  return experiment ? `/experiments/${experiment}/` : "";
}
