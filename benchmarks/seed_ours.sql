{numbers} INSERT INTO experiments_run (run_id, experiment_id, root_experiment_id, name, status, start_time, end_time,
    user_text, lifecycle, parent_run_id, holds, created_at, updated_at)
SELECT {hex32}, {experiment}, {experiment}, 'run-' || n, 3, {start} + n, {start} + n + 60000,
    'bench', 'active', '', 0, {start} + n, {start} + n
FROM numbers ORDER BY n;

INSERT INTO experiments_series (run_id, key_id, count, min_value, min_step, max_value, max_step, latest_value, latest_kind,
    latest_step, latest_timestamp, first_step, nan_count)
SELECT r.id, k.id, 1, {metric}, 0, {metric}, 0, {metric}, 0, 0, r.start_time, 0, 0
FROM experiments_run r CROSS JOIN {tens} JOIN experiments_metrickey k ON k.name = 'm' || j
WHERE {these} ORDER BY r.id, k.id;

INSERT INTO experiments_point (run_id, key_id, step, timestamp, value, kind)
SELECT r.id, k.id, 0, r.start_time, {metric}, 0
FROM experiments_run r CROSS JOIN {tens} JOIN experiments_metrickey k ON k.name = 'm' || j
WHERE {these} ORDER BY r.id, k.id;

INSERT INTO experiments_param (run_id, key_id, value)
SELECT r.id, k.id, {param}
FROM experiments_run r CROSS JOIN {twenties} JOIN experiments_paramkey k ON k.name = 'p' || j
WHERE {these} ORDER BY r.id, k.id;

INSERT INTO experiments_runtag (run_id, key, value)
SELECT r.id, keys.key, {tag}
FROM experiments_run r CROSS JOIN {tags}
WHERE {these} ORDER BY r.id, keys.key
