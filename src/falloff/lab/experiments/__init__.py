"""Experiments: models grown under one plan, asked the same probes, and what is claimed of them.

An experiment is one TOML file (:mod:`falloff.lab.experiments.reading`); the packaged ones lie
beside this. Knows the recipes of the lab and the statistics of ``falloff.analysis``; of reports it
knows nothing. Only its workers load torch.
"""
