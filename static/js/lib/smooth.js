// TensorBoard's smoothing, to the last digit.

/**
 * First-order exponential average, freed of its bias towards zero by 1 - w^n. Values that are not finite pass unchanged and
 * do not count; a constant series is left alone.
 * @param {ArrayLike<number>} values
 * @param {number} weight 0 (none) to 1.
 * @returns {number[]}
 */
export function smooth(values, weight) {
  const list = Array.from(values);
  if (weight <= 0 || list.every((value) => value === list[0])) return list;
  let last = 0;
  let counted = 0;
  return list.map((value) => {
    if (!Number.isFinite(value)) return value;
    last = last * weight + (1 - weight) * value;
    counted += 1;
    return weight === 1 ? last : last / (1 - weight ** counted);
  });
}

/** @param {number} weight @returns {number} By how many points the smoothed line runs behind. */
export function lag(weight) {
  return weight >= 1 ? Number.POSITIVE_INFINITY : weight / (1 - weight);
}
