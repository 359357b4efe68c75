"""What is kept for whom, counted from the rows themselves: the words that the counters are checked and begun with. Pure."""

ROOM = {"postgresql": "split_part(r.key, '/', 1)", "sqlite": "substr(r.key, 1, instr(r.key, '/') - 1)"}


def missing(vendor: str) -> str:
    """A SELECT of kind, subject, files and bytes that the rows in artifacts_use lack of what is there.

    Added by the same statement it is exact while others write: one statement sees one moment, and counters change in the
    transaction of what they count.
    """
    return f"""
        SELECT kind, subject, sum(files), sum(size) FROM (
            SELECT 'experiment' AS kind, {ROOM[vendor]} AS subject, count(*) AS files, sum(b.size) AS size
              FROM artifacts_artifact a JOIN artifacts_root r ON r.id = a.root_id JOIN artifacts_blob b ON b.id = a.blob_id
              GROUP BY {ROOM[vendor]}
            UNION ALL
            SELECT 'person', CAST(a.owner_id AS varchar(20)), count(*), sum(b.size)
              FROM artifacts_artifact a JOIN artifacts_blob b ON b.id = a.blob_id WHERE a.owner_id IS NOT NULL GROUP BY a.owner_id
            UNION ALL
            SELECT 'stored', store, count(*), sum(size) FROM artifacts_blob GROUP BY store
            UNION ALL
            SELECT kind, subject, -sum(files), -sum(size) FROM artifacts_use GROUP BY kind, subject
        ) found GROUP BY kind, subject HAVING sum(files) <> 0 OR sum(size) <> 0"""
