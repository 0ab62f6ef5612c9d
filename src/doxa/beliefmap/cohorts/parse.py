"""Reading a condition: every name is checked against the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doxa.beliefmap.cohorts.tree import (
    GOAL_NUMBERS,
    GOAL_STATUSES,
    NUMBERS,
    STATUSES,
    TRUTHS,
    All,
    Any,
    Not,
    OfForecast,
    OfGoal,
    OfKind,
    OfNode,
    OfTrait,
    Tree,
)
from doxa.beliefmap.cohorts.words import Sort, Word, words_of, wrong
from doxa.beliefmap.model import BeliefMap, Node, Operator
from doxa.beliefmap.names import listed, nearest
from doxa.domain.claim import is_open
from doxa.domain.node import Address, NodeKind, parse_address
from doxa.domain.view import EVERYTHING, Sight
from doxa.errors import InputError

DEEPEST = 50
"""Brackets and `not` within each other."""

OPERATORS = {
    "<": Operator.LT,
    "<=": Operator.LE,
    ">": Operator.GT,
    ">=": Operator.GE,
    "=": Operator.IN,
    "==": Operator.IN,
    "!=": Operator.NOT,
}
_KINDS = {kind.value: kind for kind in NodeKind if kind is not NodeKind.TRAIT}
_LITERALS = {Sort.NAME, Sort.NUMBER, Sort.TEXT}


def parse_condition(text: str, belief_map: BeliefMap, sight: Sight = EVERYTHING) -> Tree:
    """The condition as a tree.

    ``and`` binds closer than ``or``; a test is a node (``prices_are_fair < 0.3``,
    ``buys[MILK].trend > 0``, ``buys[*].contested``), a goal (``eat_healthier.stalled``,
    ``eat_healthier.progress > 50%``), a kind (``belief.contested``, ``goal.stalled``: some goal is),
    a trait (``trait.age = "45-54"``, ``trait.income in (low, mid)``) or a forecast
    (``forecast.lapses > 50%``).

    Parameters
    ----------
    belief_map : BeliefMap
        As whoever asks sees it.
    sight : Sight
        Of whoever asks: traits need no declaration, so the map does not tell which are seen.

    Raises
    ------
    InputError
        Shows the place in the text, and what was expected there.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> grocer = parse_map("{doxa: 1, product: p, nodes: {fair: {kind: belief}}}")
    >>> tree = parse_condition("fair < 0.3 and not fair.contested", grocer)
    >>> tree.parts[0].facet, tree.parts[1].part.values
    ('credence', ('contested',))
    """
    reader = _Reader(text, belief_map, sight)
    tree = reader.either(0)
    reader.expect_end()
    return tree


class _Reader:
    """One pass over the words of a condition."""

    def __init__(self, text: str, belief_map: BeliefMap, sight: Sight) -> None:
        self.text = text
        self.map = belief_map
        self.words = words_of(text)
        self.next = 0
        self.sight = sight

    def either(self, depth: int) -> Tree:
        """Parts joined by ``or``."""
        return self._joined("or", Any, lambda: self._both(depth))

    def expect_end(self) -> None:
        """Refuse what comes after a whole condition."""
        word = self._word
        if word.sort is not Sort.END:
            raise self._wrong(f"{word.text!r} cannot stand here", "and, or, or the end")

    def _both(self, depth: int) -> Tree:
        return self._joined("and", All, lambda: self._term(depth))

    def _joined(self, word: str, join: type[All] | type[Any], part: Callable[[], Tree]) -> Tree:
        parts = [part()]
        while self._took(Sort.NAME, word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else join(tuple(parts))

    def _term(self, depth: int) -> Tree:
        if depth > DEEPEST:
            raise self._wrong("the condition is nested too deeply", f"at most {DEEPEST} levels")
        if self._took(Sort.NAME, "not"):
            return Not(self._term(depth + 1))
        if self._took(Sort.SIGN, "("):
            tree = self.either(depth + 1)
            self._expect(")")
            return tree
        return self._test()

    def _test(self) -> Tree:
        name = self._word
        if name.sort is not Sort.NAME:
            problem = "a test is missing" if name.sort is Sort.END else f"{name.text!r} is no test"
            raise self._wrong(problem, "a node, a kind, trait.name or forecast.outcome")
        self.next += 1
        if name.text == NodeKind.TRAIT.value:
            return self._trait()
        if name.text in _KINDS:
            return self._kind(_KINDS[name.text])
        if name.text == "forecast" and name.text not in self.map.nodes:
            return self._forecast()
        return self._node(name)

    def _trait(self) -> OfTrait:
        self._expect(".")
        name = self._name("the name of a trait")
        self._check_trait(name.text)
        operator, values = self._comparison()
        if operator not in (Operator.IN, Operator.NOT):
            self._check_numbers(values, f"trait {name.text!r}")
        return OfTrait(name=name.text, operator=operator, values=values)

    def _check_trait(self, name: str) -> None:
        """Refuse a trait that is not among the only things seen.

        One that is merely excepted is absent from everybody, as one that nobody ever heard of is:
        to refuse it would tell that it exists.
        """
        only = self.sight.only
        if only is None or name in only:
            return
        self.next -= 1
        known = [each for each in only if not self._is_held(each)]
        expected = _one_of(known) or "no trait: the purpose sees none"
        raise self._wrong(f"no trait {name!r} is seen", expected, nearest(name, known))

    def _is_held(self, name: str) -> bool:
        """Whether a name is that of a node that people hold, not of a trait."""
        node = self.map.nodes.get(name)
        return is_open(name) or (node is not None and node.kind is not NodeKind.TRAIT)

    def _kind(self, kind: NodeKind) -> OfKind | OfGoal:
        self._expect(".")
        word = self._name("how it stands")
        if kind is NodeKind.GOAL and word.text in (*GOAL_STATUSES, *GOAL_NUMBERS):
            return self._goal(None, False, word.text)
        more = (*GOAL_STATUSES, *GOAL_NUMBERS) if kind is NodeKind.GOAL else ()
        known = tuple(dict.fromkeys((*STATUSES, *more)))
        self._check_word(word, known, f"no {kind.value} stands so")
        return OfKind(kind=kind, word=word.text)

    def _goal(self, address: Address | None, anyone: bool, word: str) -> OfGoal:
        """A status, or a number to compare."""
        is_number = word in GOAL_NUMBERS
        operator, values = self._comparison() if is_number else (Operator.IN, (word,))
        if is_number:
            self._check_numbers(values, word)
        return OfGoal(
            node=address,
            facet=word if is_number else "status",
            operator=operator,
            values=values,
            anyone=anyone,
        )

    def _forecast(self) -> OfForecast:
        self._expect(".")
        name = self._name("the name of an outcome")
        self._check_word(name, tuple(self.map.outcomes), "the map declares no such outcome")
        outcome = self.map.outcomes[name.text]
        item = self._word.text if self._word.sort is Sort.MEMBER else None
        if (item is None) is (outcome.of is not None):
            form = f"forecast.{name.text}[{outcome.of}]" if outcome.of else f"forecast.{name.text}"
            raise self._wrong(f"outcome {name.text!r} is asked in another form", form)
        self.next += item is not None
        operator, values = self._comparison()
        if operator in (Operator.IN, Operator.NOT):
            raise self._wrong("a forecast is compared by <, <=, > or >=")
        self._check_numbers(values, f"outcome {name.text!r}")
        return OfForecast(outcome=name.text, item=item, operator=operator, value=float(values[0]))

    def _node(self, name: Word) -> OfNode | OfGoal:
        node = self.map.nodes.get(name.text)
        known = [each.name for each in self.map.nodes.values() if each.kind is not NodeKind.TRAIT]
        if node is None or node.kind is NodeKind.TRAIT:
            self.next -= 1
            hint = nearest(name.text, known)
            if node is not None:
                hint = f"a trait is written trait.{name.text}"
            raise self._wrong(f"the map declares no node {name.text!r}", _one_of(known), hint)
        address, anyone = self._address(node)
        of_goal = (*GOAL_STATUSES, *GOAL_NUMBERS) if node.kind is NodeKind.GOAL else ()
        facet = "credence"
        if self._took(Sort.SIGN, "."):
            word = self._name("what is asked of the node")
            if word.text in of_goal:
                return self._goal(address, anyone, word.text)
            if word.text in STATUSES:
                told = (word.text,)
                return OfNode(
                    node=address, facet="status", operator=Operator.IN, values=told, anyone=anyone
                )
            facets = (*NUMBERS, "status", "truth", *STATUSES, *of_goal)
            self._check_word(word, tuple(dict.fromkeys(facets)), "nothing of a node is called so")
            facet = word.text
        operator, values = self._comparison()
        if facet == "status" and of_goal and set(values) <= set(GOAL_STATUSES):
            self._check_order(facet, operator)
            return OfGoal(
                node=address, facet=facet, operator=operator, values=values, anyone=anyone
            )
        self._check_facet(facet, operator, values)
        return OfNode(node=address, facet=facet, operator=operator, values=values, anyone=anyone)

    def _address(self, node: Node) -> tuple[Address, bool]:
        """The node asked for, and whether any member will do."""
        word = self._word
        form = f"{node.name}[{', '.join(node.dimensions)}] or {node.name}[*]"
        if word.sort is not Sort.MEMBER:
            if node.dimensions:
                raise self._wrong(f"{node.name!r} is a family: which member?", form)
            return Address(node.name), False
        if not node.dimensions:
            raise self._wrong(f"{node.name!r} has no members", f"{node.name} alone")
        self.next += 1
        if word.text.strip() == "*":
            return Address(node.name), True
        address = parse_address(f"{node.name}[{word.text}]")
        if len(address.member) != len(node.dimensions):
            self.next -= 1
            raise self._wrong(f"[{word.text}] names no member of {node.name!r}", form)
        return address, False

    def _comparison(self) -> tuple[Operator, tuple[str, ...]]:
        word = self._word
        if self._took(Sort.NAME, "in"):
            return Operator.IN, self._list()
        if word.sort is not Sort.SIGN or word.text not in OPERATORS:
            raise self._wrong("a comparison is missing", "<, <=, >, >=, =, != or in (..)")
        self.next += 1
        return OPERATORS[word.text], (self._literal(),)

    def _list(self) -> tuple[str, ...]:
        self._expect("(")
        values = [self._literal()]
        while self._took(Sort.SIGN, ","):
            values.append(self._literal())
        self._expect(")")
        return tuple(values)

    def _literal(self) -> str:
        word = self._word
        if word.sort not in _LITERALS:
            raise self._wrong("a value is missing", "a number, a word, or a text in quotes")
        self.next += 1
        if word.sort is Sort.NUMBER and word.text.endswith("%"):
            return repr(float(word.text[:-1]) / 100)
        return word.text

    def _check_facet(self, facet: str, operator: Operator, values: tuple[str, ...]) -> None:
        words = {"status": STATUSES, "truth": TRUTHS}.get(facet)
        if words is None:
            self._check_numbers(values, facet)
            return
        self._check_order(facet, operator)
        for value in values:
            if value not in words:
                self.next -= 1
                raise self._wrong(f"{value!r} is no {facet}", _one_of(words), nearest(value, words))

    def _check_order(self, facet: str, operator: Operator) -> None:
        if operator not in (Operator.IN, Operator.NOT):
            raise self._wrong(f"{facet} is a word and has no order", "=, != or in (..)")

    def _check_numbers(self, values: tuple[str, ...], what: str) -> None:
        for value in values:
            try:
                float(value)
            except ValueError:
                self.next -= 1
                raise self._wrong(f"{value!r} is no number to compare {what} with") from None

    def _check_word(self, word: Word, known: Sequence[str], problem: str) -> None:
        if word.text not in known:
            self.next -= 1
            raise self._wrong(
                f"{problem}: {word.text!r}", _one_of(known), nearest(word.text, known)
            )

    @property
    def _word(self) -> Word:
        return self.words[self.next]

    def _took(self, sort: Sort, text: str) -> bool:
        if self._word.sort is sort and self._word.text == text:
            self.next += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._took(Sort.SIGN, sign):
            raise self._wrong(f"{sign!r} is missing")

    def _name(self, what: str) -> Word:
        word = self._word
        if word.sort is not Sort.NAME:
            raise self._wrong(f"{what} is missing")
        self.next += 1
        return word

    def _wrong(self, problem: str, expected: str = "", hint: str = "") -> InputError:
        return wrong(self.text, self._word.place, problem, expected, hint)


def _one_of(names: Sequence[str]) -> str:
    return f"one of {listed(names)}" if names else ""
