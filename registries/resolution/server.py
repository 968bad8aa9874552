"""
Which connection a host gets, where nothing but the host is asked for, as by Docker's credential helper.

Source: reference page, section 4.3. A host does not tell the image, so the connection for the whole host goes first.
"""

from collections.abc import Iterable

from registries.resolution import sentences, server_sentences
from registries.resolution.answer import C, Considered, Problem, Resolution, Verdict, alphabetical
from registries.resolution.hosts import canonical_host

_NEARNESS = (Verdict.CHOSEN, Verdict.TIED, Verdict.OTHER_PREFIX, Verdict.PAUSED, Verdict.OTHER_HOST)


def resolve_server(host: str, candidates: Iterable[C]) -> Resolution[C]:
    """
    Find the one of a team's connections that a host gets, and say why: the one for the whole host, else the only one.

    `host` is what `server_host` made of the question. The answer never depends on the order of the candidates.
    """
    host = canonical_host(host)
    everyone = sorted(candidates, key=alphabetical)
    there = [one for one in everyone if canonical_host(one.host) == host]
    awake = [one for one in there if not one.paused]
    best = [one for one in awake if not one.prefix] or awake
    chosen = best[0] if len(best) == 1 else None

    def judged(one: C) -> Considered[C]:
        if canonical_host(one.host) != host:
            return Considered(one, Verdict.OTHER_HOST, sentences.other_host(one, host))
        if one.paused:
            return Considered(one, Verdict.PAUSED, sentences.paused(one))
        if one is chosen:
            return Considered(one, Verdict.CHOSEN, server_sentences.chosen(one, host))
        if one.prefix and not best[0].prefix:
            return Considered(one, Verdict.OTHER_PREFIX, server_sentences.only_part(one))
        others = [other for other in best if other is not one]
        return Considered(one, Verdict.TIED, server_sentences.tied(others, host))

    problem = None
    if chosen:
        others = [one for one in there if one is not chosen]
        sentence = server_sentences.answer(chosen, host, others=others)
    elif best:
        problem, sentence = Problem.AMBIGUOUS, server_sentences.ambiguous(best, host)
    elif there:
        problem, sentence = Problem.PAUSED, server_sentences.only_paused(there, host)
    else:
        sentence = server_sentences.public(host)
    return Resolution(
        reference=None,
        named="",
        chosen=chosen,
        problem=problem,
        considered=tuple(sorted(map(judged, everyone), key=lambda row: _NEARNESS.index(row.verdict))),
        fitting=tuple(one.name for one in awake),
        nearest="",
        sentence=sentence,
    )
