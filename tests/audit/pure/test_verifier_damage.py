"""Every way to rewrite the past is found, and the first damaged row named."""

from dataclasses import replace

from apps.audit import verifier


def check(made, *, keys=None, **options):
    return verifier.check(made.rows, made.seals, [made.public_key] if keys is None else keys, **options)


def test_an_untouched_chain_is_whole(made):
    report = check(made)
    assert report.is_whole
    assert (report.rows, report.checkpoints) == (10, 2)


def test_no_rows_at_all_are_whole(made):
    assert verifier.check([], [], [made.public_key]).is_whole


def test_changed_content_names_the_row(made):
    made.rows[3]["name"] = "something else"
    assert check(made).damage == ["row 4 (id 104): its content was changed after it was sealed"]


def test_changed_details_name_the_row(made):
    made.rows[3]["details"]["n"] = 5
    assert check(made).damage[0].startswith("row 4 (id 104)")


def test_a_chain_made_to_fit_again_fails_at_the_next_checkpoint(made):
    made.rows[3]["name"] = "something else"
    made.rehash()
    assert check(made).damage[0] == "row 5: the checkpoint signed another chain up to here"


def test_a_chain_signed_again_by_another_key_fails(made):
    forger = type(made)(10)
    assert check(forger, keys=[made.public_key]).damage[0] == "row 5: the signature of its checkpoint is not by the key"


def test_a_removed_row_is_missed(made):
    del made.rows[3]
    assert check(made).damage[0] == "row 5 (id 105): row 4 is missing before it"


def test_a_removed_first_row_is_missed(made):
    del made.rows[0]
    assert check(made).damage[0] == "row 2 (id 102): row 1 is missing before it"


def test_a_removed_end_is_missed(made):
    del made.rows[8:]
    assert check(made).damage == ["row 10: is missing, though a checkpoint signed it"]


def test_a_removed_last_checkpoint_is_missed(made):
    del made.seals[-1]
    assert check(made).damage == ["row 10: no checkpoint signed the end of the chain"]


def test_two_rows_that_changed_places_are_found(made):
    made.rows[3], made.rows[4] = made.rows[4] | {"seq": 4}, made.rows[3] | {"seq": 5}
    assert check(made).damage[0].startswith("row 4 (id 105)")


def test_a_checkpoint_whose_count_was_changed_is_found(made):
    made.seals[0] = replace(made.seals[0], count=3)
    assert check(made).damage[0] == "row 5: the signature of its checkpoint is not by the key"


def test_without_a_key_the_report_says_so(made):
    report = check(made, keys=[])
    assert report.is_whole
    assert not report.pinned


def test_each_of_several_keys_may_vouch(made):
    assert check(made, keys=[bytes(32), made.public_key]).is_whole


def test_a_selection_may_have_holes(made):
    made.rows = made.rows[2:4] + made.rows[6:]
    assert check(made, partial=True).is_whole


def test_a_changed_row_of_a_selection_is_found(made):
    made.rows = made.rows[6:]
    made.rows[1]["actor_name"] = "eve"
    assert check(made, partial=True).damage == ["row 8 (id 108): its content was changed after it was sealed"]


def test_a_selection_made_to_fit_again_fails_at_its_checkpoint(made):
    made.rows[6]["actor_name"] = "eve"
    made.rehash()
    made.rows = made.rows[5:]
    assert "the checkpoint signed another chain" in check(made, partial=True).damage[0]
