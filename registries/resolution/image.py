"""Which connection an image gets: the one that is named, else the one with the longest prefix that holds it."""

from collections.abc import Iterable, Mapping

from registries.distribution import Reference
from registries.resolution import sentences
from registries.resolution.answer import C, Problem, Resolution, Verdict
from registries.resolution.nearest import Names
from registries.resolution.question import Faults, Question

_PROBLEMS = {
    Verdict.PAUSED: Problem.PAUSED,
    Verdict.OTHER_HOST: Problem.WRONG_HOST,
    Verdict.OTHER_PREFIX: Problem.WRONG_PREFIX,
}


def resolve(
    reference: Reference,
    candidates: Iterable[C],
    *,
    named: str = "",
    former: Mapping[str, str] = {},
    names: Names | None = None,
) -> Resolution[C]:
    """
    Find the one of a team's connections that an image gets, and say why.

    `named` is the name that was asked for, `former` maps former names, in lower case, to the present ones. Names compare
    without case. The answer never depends on the order of the candidates.

    Whoever asks for many images may leave out candidates that neither hold the image nor are named, and then says in
    `names` what all of the team's are called; only `considered` is the poorer for it.
    """
    question = Question.ask(reference, candidates, named)
    return _by_name(question, former, names) if named else _by_prefix(question)


def _by_prefix(question: Question[C]) -> Resolution[C]:
    fitting = question.fitting
    best = [one for one in fitting if one.prefix == fitting[0].prefix]

    def judge(one: C, faults: Faults) -> tuple[Verdict, str]:
        if faults:
            # A connection that is paused and elsewhere lost for being elsewhere.
            return faults[-1], sentences.fault(one, faults[-1], question.reference.repository, question.host)
        if one.prefix != best[0].prefix:
            return Verdict.SHORTER_PREFIX, sentences.shorter(best)
        if len(best) > 1:
            return Verdict.TIED, sentences.tied(one, best)
        return Verdict.CHOSEN, sentences.HOLDS

    if len(best) > 1:
        return question.answer(judge, sentences.ambiguous(best), problem=Problem.AMBIGUOUS)
    if best:
        return question.answer(judge, sentences.chosen(best[0], alone=len(fitting) == 1), about=best[0])
    if question.resting:
        # Without its login the image must not be pulled by accident.
        return question.answer(judge, sentences.only_paused(question.resting), problem=Problem.PAUSED)
    return question.answer(judge, sentences.public(question.image))


def _by_name(question: Question[C], former: Mapping[str, str], names: Names | None) -> Resolution[C]:
    asked = question.named.lower()
    by_name = {one.name.lower(): (one, faults) for one, faults in reversed(question.faults)}
    present = asked if asked in by_name else former.get(asked, "").lower()
    mine, faults = by_name.get(present, (None, ()))

    def judge(one: C, its_faults: Faults) -> tuple[Verdict, str]:
        if one is not mine:
            return Verdict.NOT_NAMED, sentences.not_named(would_do=not its_faults)
        if its_faults:
            return its_faults[0], sentences.fault(one, its_faults[0], question.reference.repository, question.host)
        return Verdict.CHOSEN, sentences.NAMED_AND_HOLDS

    if mine is None:
        nearest = (names or Names(one.name for one, _ in question.faults)).nearest(asked)
        sentence = sentences.unknown(question.named, nearest, [one.name for one in question.fitting])
        return question.answer(judge, sentence, problem=Problem.UNKNOWN_NAME, nearest=nearest)
    if not faults:
        sentence = sentences.named(mine, by_former_name=question.named if present != asked else "")
        return question.answer(judge, sentence, about=mine)
    sentence = sentences.does_not_fit(mine, faults, question.image, fitting=question.fitting, resting=question.resting)
    return question.answer(judge, sentence, about=mine, problem=_PROBLEMS[faults[0]])
