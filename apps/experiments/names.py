"""Names for runs and models that came without one: adjective-noun-number, as people know them from MLflow."""

import random

ADJECTIVES = (
    "able agile amber ample apt bold brave bright brisk calm clean clear clever cool crisp dapper deft eager easy exact fair "
    "fast fine fit fleet fond "
    "frank free fresh gentle glad grand handy happy hardy honest ideal keen kind level light lively loyal lucid lucky mellow "
    "merry mild modest neat nimble "
    "noble open patient placid plain polite prime proud prudent quick quiet rapid ready rich robust rosy safe sharp shiny "
    "silent simple smart smooth snug "
    "sober solid sound spry stable steady sunny sure swift tidy tough tranquil trim true upbeat valid vivid warm wary wise "
    "witty worthy zesty"
).split()
NOUNS = (
    "auk badger bat bear beaver bee bison bittern boar bream carp cod colt condor coot cow crab crane crow deer dove duck "
    "dunlin eagle eel egret eider elk "
    "falcon finch fish fox frog gnu goat goose grebe grouse gull hare hawk hen heron hound ibis jay kite koi lamb lark linnet "
    "lion loon lynx mare martin "
    "merlin mink mole moth mouse mule newt otter owl ox perch pike plover pony puffin quail ram rat raven robin rook ruff seal "
    "shad shark sheep shrew "
    "shrimp skink skunk slug smelt snail snipe sole sow squid stag stoat stork swan swift tern thrush toad trout vole wasp "
    "whale wolf wren yak zebra"
).split()


def random_name() -> str:
    """Like `steady-heron-482`."""
    return f"{random.choice(ADJECTIVES)}-{random.choice(NOUNS)}-{random.randrange(1000)}"
