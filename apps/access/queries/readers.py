"""Which people may read a thing: the policy asked the other way round."""

from collections.abc import Collection

from django.db import connection

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor


def list_readers(actor: Actor, noun: policy.Noun, key: int, user_ids: Collection[int]) -> set[int]:
    """Those of the accounts that are active and may read the row `key` of `noun`. One query, however many they are."""
    require_known(actor)
    if not user_ids:
        return set()
    level = policy.level_of_people_sql(noun, "thing", "person")
    marks = ",".join(["%s"] * len(user_ids))
    sql = (
        f"SELECT person.id FROM accounts_user person JOIN {noun.table} thing ON thing.id = %s"
        f" WHERE person.id IN ({marks}) AND person.is_active AND {level} >= {int(Level.READ)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [key, *user_ids])
        return {user_id for (user_id,) in cursor.fetchall()}
