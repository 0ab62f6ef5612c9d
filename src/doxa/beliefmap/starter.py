"""The map that ``doxa init`` writes: a small product, with every common key in a comment."""

from __future__ import annotations

STARTER = """\
# What your product means by its signals. Check it with: doxa map check map.yaml
doxa: 1                      # version of this grammar
product: bookshop
timezone: Europe/London      # local days; or {from: tz, default: Europe/London}: a trait of the person
# clock: position            # for data that know only an order: `at` and all durations are whole numbers
# bands: [6h, 3d, 21d, 180d, never]       # half-lives at which evidence is kept
# event_bands: {purchase: [2, 6, 20]}     # and half-lives counted in a person's later purchases

fields:                      # only what a payload does not say by itself
  stars: number              # number | flag | category | item (many values) | items (a list) | text | time
  genres: items              # a list speaks of several members at once
  ends: time

# groups: {household: {trait: household}} # people who belong together

sources:                     # whom to trust how much; left out: everybody with 1
  default: {trust: 0.7}
  shop: {trust: 1.0}
  # support: {trust: 0.9, seen_by: [service]}

nodes:                       # what a person believes, wants, feels, is bound by
  buys: {kind: preference, of: genres, says: "Buys {genres} books."}    # a family: one member per genre
  prices_are_fair: {kind: belief, says: "The prices here are fair.", half_life: 90d, base: 0.6}
  likes: {kind: preference, of: genres, says: "Likes {genres} books.", scale: [1, 5]}   # [worst, best]
  read_more: {kind: goal, says: "Wants to read more."}       # deadline: field, done: {count: kind, at_least: 8}
  moving: {kind: constraint, says: "Is moving house."}       # from: field, until: field or 14d
  age: {kind: trait}                                         # protected: true
  # worried: {kind: feeling, axis: valence, says: "Is worried.", scale: [7, 1], opt_in: true}

# edges:
#   - {from: prices_are_fair, to: read_more, kind: supports}

signals:                     # every kind that anything below names; [] = says nothing about a node
  visit: []
  purchase:                  # exactly one of for, against, count, value per rule
    - {node: buys, count: 1, once: session, amount: price}   # once: session | day
    - {node: prices_are_fair, for: 0.2, when: {discount: {gt: 0}}}    # gt ge lt le not present, or a list
  review:
    - {node: likes, value: stars}
  complaint:
    - {node: prices_are_fair, against: 1, when: {topic: price}}
  resolution:
    - {node: read_more, for: 1}
  move_announced:
    - {node: moving, for: 1}
  # order:                   # a list of objects: one application per element
  #   - {node: buys, each: lines, by: {genres: genre}, count: qty, amount: price}
  offer_sent: []

outcomes:                    # what you would like to forecast
  buys_within_month: {happens: purchase, within: 28d}
  buys_genre: {of: genres, items: {top: 20}, happens: purchase, within: 28d}
  lapses: {never: purchase, within: 90d, among: {did: purchase, within: 90d}, base: 0.3}
  visits: {count: visit, once: day, within: 28d}
  spend: {sum: price, of_signal: purchase, within: 28d}
  accepts: {after: offer_sent, same: [offer], happens: purchase, until: ends}    # after a trigger
  rates: {value: stars, of_signal: review, given: [genres], scale: [1, 5], step: 1}   # at a signal

# actions:
#   offer: {signal: offer_sent, with: {offer: spring}, control: {offer: none}, randomised: 0.5}
# rollout: {step: 1d, draws: [buys_within_month]}

personas: [age, region]      # traits that make the static segments to beat; they arrive as signal `traits`

# purposes:                  # why somebody reads a twin, and so what they see
#   service: {sees: all}
#   marketing: {sees: [buys, likes], forecasts: [buys_within_month]}  # or {sees: all, except: [..]}
"""
"""A map that loads and that every signal kind feeds; write it as ``map.yaml``."""
