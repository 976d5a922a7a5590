"""Makes a network that can be brought in: it tells dead parts of the picture from what the probe kept there, as real training
programs write it. Run with the packages onnx, onnxruntime and numpy:  python sample/networks/make-network.py

Trained here by plain gradient descent on made rows (fixed seed), written as ONNX, and asked by ONNX Runtime for the reference."""
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

here = Path(__file__).parent
rng = np.random.default_rng(5)
features = [
    {"name": "share kept here", "mean": 0.7, "deviation": 0.3},
    {"name": "points placed here", "mean": 12.0, "deviation": 4.0},
    {"name": "row", "mean": 1.0, "deviation": 0.8},
]
rows = rng.uniform([0, 4, 0], [1, 20, 2.99], size=(4000, 3))
rows[:, 2] = np.floor(rows[:, 2])
dead = (rng.uniform(size=4000) < np.where(rows[:, 0] < 0.3, 0.95, 0.03)).astype(np.float64)
mean = np.array([f["mean"] for f in features])
deviation = np.array([f["deviation"] for f in features])
x = (rows - mean) / deviation

w1, b1 = rng.normal(0, 0.5, (8, 3)), np.zeros(8)
w2, b2 = rng.normal(0, 0.5, (1, 8)), np.zeros(1)
for _ in range(3000):
    h = np.tanh(x @ w1.T + b1)
    p = 1 / (1 + np.exp(-(h @ w2.T + b2)[:, 0]))
    d = (p - dead)[:, None] / len(x)
    dh = (d @ w2) * (1 - h * h)
    w2 -= 3 * d.T @ h
    b2 -= 3 * d.sum(0)
    w1 -= 3 * dh.T @ x
    b1 -= 3 * dh.sum(0)

def weights(name, values):
    return numpy_helper.from_array(values.astype(np.float32), name)

graph = helper.make_graph(
    [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["a"], transB=1),
        helper.make_node("Tanh", ["a"], ["h"]),
        helper.make_node("Gemm", ["h", "w2", "b2"], ["logit"], transB=1),
        helper.make_node("Sigmoid", ["logit"], ["chance"]),
    ],
    "dead parts of the picture",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", 3])],
    [helper.make_tensor_value_info("chance", TensorProto.FLOAT, ["rows", 1])],
    [weights("w1", w1), weights("b1", b1), weights("w2", w2), weights("b2", b2)],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnx.checker.check_model(model)
onnx.save(model, here / "dead-zones.onnx")

asked = rows[:20]
session = onnxruntime.InferenceSession(str(here / "dead-zones.onnx"))
told = session.run(None, {"x": ((asked - mean) / deviation).astype(np.float32)})[0][:, 0]

# Every other layer that is read, in one graph: what ONNX Runtime makes of it is the reference.
zoo = helper.make_graph(
    [
        helper.make_node("MatMul", ["x", "m"], ["a"]),
        helper.make_node("Add", ["a", "row"], ["b"]),
        helper.make_node("BatchNormalization", ["b", "scale", "shift", "mean", "variance"], ["c"], epsilon=1e-3),
        helper.make_node("LeakyRelu", ["c"], ["d"], alpha=0.2),
        helper.make_node("Constant", [], ["two"], value=weights("two", np.array(2.0))),
        helper.make_node("Mul", ["d", "two"], ["e"]),
        helper.make_node("Sub", ["e", "row"], ["f"]),
        helper.make_node("Elu", ["f"], ["g"], alpha=0.7),
        helper.make_node("Clip", ["g", "least", "most"], ["h"]),
        helper.make_node("Softplus", ["h"], ["i"]),
        helper.make_node("Div", ["i", "column"], ["j"]),
        helper.make_node("Relu", ["j"], ["k"]),
        helper.make_node("Flatten", ["k"], ["l"], axis=1),
        helper.make_node("Identity", ["l"], ["n"]),
        helper.make_node("Softmax", ["n"], ["y"], axis=1),
    ],
    "layers",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", 3])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", 4])],
    [
        weights("m", rng.normal(size=(3, 4))),
        weights("row", rng.normal(size=4)),
        weights("scale", rng.uniform(0.5, 2, 4)),
        weights("shift", rng.normal(size=4)),
        weights("mean", rng.normal(size=4)),
        weights("variance", rng.uniform(0.5, 2, 4)),
        weights("least", np.array(-0.6)),
        weights("most", np.array(2.5)),
        weights("column", np.array([[1.7]])),
    ],
)
layers = helper.make_model(zoo, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnx.checker.check_model(layers)
onnx.save(layers, here / "layers.onnx")
zoo_rows = rng.normal(size=(6, 3)).astype(np.float32)
zoo_told = onnxruntime.InferenceSession(str(here / "layers.onnx")).run(None, {"x": zoo_rows})[0][:, -1]

(here / "dead-zones.json").write_text(
    json.dumps({"model": "dead-zones", "output": "chance", "features": features}, indent=2) + "\n"
)
(here / "reference.json").write_text(
    json.dumps(
        {
            "deadZones": {"rows": asked.tolist(), "told": told.tolist()},
            "layers": {"rows": zoo_rows.tolist(), "told": zoo_told.tolist()},
        },
        indent=1,
    )
    + "\n"
)
