"""Fits scikit-learn's models to the rows of a folder: prints CPU seconds and writes predictions beside the rows.

One process a model and one thread, so that CPU seconds compare; the fit alone is timed, not the imports.
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.preprocessing import StandardScaler

folder, model, bins = sys.argv[1], sys.argv[2], int(sys.argv[3])
width = 30


def read(name):
    return np.fromfile(f"{folder}/{name}.f64")


x, test_x = read("x").reshape(-1, width), read("test-x").reshape(-1, width)
y, test_y, error = read("y"), read("test-y"), read("error")
boosting = {
    "max_iter": 200,
    "learning_rate": 0.1,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
    "max_bins": bins,
    "early_stopping": False,
    "random_state": 1,
}


def filled(values, mean):
    return np.where(np.isnan(values), mean, values)


def chance(fitted, rows):
    return fitted.predict_proba(rows)[:, 1]


extra = {}
warm = HistGradientBoostingClassifier(max_iter=2)
warm.fit(x[:200], y[:200])
started = time.process_time()
if model == "boosted":
    fitted = HistGradientBoostingClassifier(**boosting).fit(x, y)
elif model == "regression":
    fitted = HistGradientBoostingRegressor(**boosting).fit(x, error)
elif model == "forest":
    fitted = RandomForestClassifier(
        n_estimators=100, min_samples_leaf=5, max_features="sqrt", random_state=1, n_jobs=1
    ).fit(x, y)
elif model == "logistic":
    mean = np.nanmean(x, axis=0)
    deviation = np.nanstd(x, axis=0)
    scaled = filled((x - mean) / deviation, 0)
    fitted = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(scaled, y)
elif model == "isotonic":
    fitted = IsotonicRegression(out_of_bounds="clip").fit(read("raw"), test_y)
cpu = time.process_time() - started
if model == "regression":
    predicted = fitted.predict(test_x)
elif model == "logistic":
    predicted = chance(fitted, filled((test_x - mean) / deviation, 0))
    extra = {"coefficients": [*fitted.coef_[0], fitted.intercept_[0]]}
elif model == "isotonic":
    predicted = fitted.predict(np.linspace(0, 1, 1001))
else:
    predicted = chance(fitted, test_x)
if model in ("boosted", "forest", "logistic"):
    extra["auc"] = roc_auc_score(test_y, predicted)
    extra["logLoss"] = log_loss(test_y, predicted)
    extra["brier"] = brier_score_loss(test_y, predicted)
np.asarray(predicted, dtype=np.float64).tofile(f"{folder}/predicted.f64")
print(json.dumps({"cpuS": cpu, "version": sklearn.__version__, **extra}))
