"""Whether less of a metric is better, from its name. Nobody says so on the wire, so only names that leave no doubt are judged."""

import re

_LOWER = re.compile(
    r"loss|error|perplexity|(?:^|[^a-z])(?:err|rmse|mse|mae|mape|ppl|wer|cer|fid|nll|eer|brier|ece|latency)(?:[^a-z]|$)"
)
_HIGHER = re.compile(
    r"acc(?:uracy)?(?:[^a-z]|$)|precision|recall|reward|(?:^|[^a-z])map(?:$|50|@)"
    r"|(?:^|[^a-z])(?:auc|roc_auc|pr_auc|f1|f1_score|score|r2|r2_score|iou|miou|dice|bleu|rouge\w*|psnr|ssim|ndcg|mrr)(?:[^a-z]|$)"
)


def direction(key: str) -> int:
    """1: more is better, -1: less is better, 0: nobody knows."""
    low = key.lower()
    if _LOWER.search(low):
        return -1
    return 1 if _HIGHER.search(low) else 0
