"""A workload file to try the spec checker with: of its five steps, some need no registry, some name one."""

EXAMPLE_NAME = "train-ranker.yaml"
EXAMPLE = """\
defaults:
  resources:
    instance-type: P4000

jobs:
  fetch:
    uses: script@v1
    with:
      script: python fetch.py --out /outputs/raw
      image: python:3.13-slim

  train:
    needs: [fetch]
    uses: script@v1
    with:
      script: python train.py --epochs 40
      image: us-west1-docker.pkg.dev/northwind-ml/training/ranker:2.4
      containerRegistry: gar-training

  evaluate:
    needs: [train]
    uses: container@v1
    with:
      image: ghcr.io/northwind-labs/evaluator:latest
      containerRegistry: ghcr-nortwind

  detect:
    needs: [train]
    uses: container@v1
    with:
      image: northwindvision.azurecr.io/vision/detector:1.9
      containerRegistry: acr-vision

  publish:
    needs: [evaluate, detect]
    uses: container@v1
    with:
      image: registry.digitalocean.com/northwind/publisher:5
"""
