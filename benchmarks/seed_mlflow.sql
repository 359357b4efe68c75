{numbers} INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
    source_version, lifecycle_stage, artifact_uri, experiment_id)
SELECT {hex32}, 'run-' || n, 'UNKNOWN', '', '', 'bench', 'FINISHED', {start} + n, {start} + n + 60000,
    '', 'active', 'mlflow-artifacts:/{experiment}/' || {hex32} || '/artifacts', {experiment}
FROM numbers;

{numbers} INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
SELECT 'm' || j, {metric}, {start} + n, {hex32}, 0, {no} FROM numbers CROSS JOIN {tens};

{numbers} INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan)
SELECT 'm' || j, {metric}, {start} + n, {hex32}, 0, {no} FROM numbers CROSS JOIN {tens};

{numbers} INSERT INTO params (key, value, run_uuid)
SELECT 'p' || j, {param}, {hex32} FROM numbers CROSS JOIN {twenties};

{numbers} INSERT INTO tags (key, value, run_uuid)
SELECT keys.key, {tag}, {hex32} FROM numbers CROSS JOIN {tags}
