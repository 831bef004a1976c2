/* One partition that decides on other partitions' facts and reacts to their records.
 *
 * Two instances own the partition in turn. It takes in two foreign partitions: `facts`,
 * whose records are rows it decides on, and `causes`, whose records it must react to,
 * each decided by its own owner against some of the same facts. The model asks whether
 * `seen`, recorded in the partition's own records, is enough to decide only on what is
 * said to have been seen, to react exactly once and to have one state at each own index,
 * whoever dies, whatever is delayed and however far a take-over lags.
 *
 * That the chain is a compare-and-set on the index is shown by chain.pml and taken as
 * given here: void records are not kept. An owner has one decision in flight at a time.
 *
 * Compiled with -DMUTATION, one of those named in README.md, it must break a law.
 */

#ifndef INDEX_MAX
#define INDEX_MAX 5   /* Valid records in the partition's own log. */
#endif
#define FACTS_MAX 2   /* Records of the foreign partition `facts`. */
#define CAUSES_MAX 2  /* Records of the foreign partition `causes`. */
#define AIR_MAX 2     /* Records sent and neither landed nor lost. */
#define INSTANCES 2
#define AUDITOR 2     /* The view of a fresh reader that is never behind; see Audit. */
#define VIEWS 3

/* The first cause is one record with two events, the second has one. Each event wants an
 * effect of its own, none of which the partition would notice to be there twice: the
 * cursor alone must see to that. */
#define EVENTS_OF(cause) ((cause) == unheard -> 0 : ((cause) == 1 -> 3 : 4))
#define FIRST_EVENT 1
#define SECOND_EVENT 2
#define ALL_EVENTS (EVENTS_OF(1) | EVENTS_OF(2))

/* The second cause needs no reaction by one who has seen the first fact and not yet the
 * second, which takes it back. */
#define IS_QUIET(cause, known) ((cause) == 2 && (known) == 1)

/* What a record of the partition's own log is. 0 is no record. */
#define CLAIM_BY(i) (1 + (i))
#define COMMAND 3   /* A client's, decided on the facts; it carries `seen` as any record does. */
#define REACTION 4
#define IS_CLAIM(k) ((k) < 3)

typedef Record {
  byte kind;
  byte number; /* Commit: its index. Claim: the index of the claim before it. */
  byte events; /* Reaction: the events it answers, as a set. */
  byte facts;  /* `seen`: how far facts */
  byte causes; /* and causes were known. */
  byte used    /* How far the facts it rests on really were known. No rule reads this. */
}

/* What an instance keeps in its store: positions, and the state they stand for. */
typedef View {
  byte index;       /* Own records read. */
  byte claim;       /* Index of the newest claim. */
  byte seen_facts;  /* The newest `seen` among them. */
  byte seen_causes;
  byte effects;     /* State: the events reacted to, as a set. */
  byte facts;       /* Foreign positions: records folded into fact rows, */
  byte causes       /* and the reaction cursor. */
}

/* What it keeps in memory only, and only as the owner. */
typedef Memory {
  bool owner;
  byte facts;    /* The overlay's foreign positions. */
  byte causes;
  byte flight;   /* The kind of the decision in flight; 0 is none. */
  byte half      /* ONE_EVENT_TAKEN_FOR_A_CAUSE: an event still to be reacted to. */
}

Record log[INDEX_MAX + 1];  /* By index, up to the auditor's; what all have read is forgotten. */
Record air[AIR_MAX];
View view[VIEWS];
Memory memory[INSTANCES];

/* The foreign partitions are written beforehand: to one who decides, a record that was
 * not taken in yet is as good as one that is not there yet. */
byte judged_on[CAUSES_MAX + 1]; /* The facts that each cause's own owner had seen. */
byte reached_by[CAUSES_MAX + 1]; /* The same as a reader knows it: a record says only what changed. */
byte unheard;                   /* A record of `causes` that holds nothing for this partition; 0 is none. */
bool second_was_quiet; /* Some owner judged the second cause to need nothing, so it may stay so. */

/* The state at each own index, as the auditor has it. */
byte effects_at[INDEX_MAX + 1];

/* The laws. Each is true until it is broken, so that a failed assertion is its name. */
bool reaction_at_most_once = true;
bool no_reaction_lost = true;
bool decided_on_what_it_says_it_saw = true;
bool no_older_facts_than_the_cause_had = true;
bool quiet_reaction_is_repeatable = true;
bool seen_never_decreases = true;
bool state_is_a_function_of_the_log = true;
bool fact_rows_are_a_function_of_the_log = true;
bool owner_waits_for_the_seen_of_its_claim = true;
#define HOLDS(law, condition) law = (condition); assert(law)

/* Laws that say how, where the others say what. Mutations are compiled without them: a
 * mutation must be found by what comes of it. */
#ifdef CONSEQUENCES_ONLY
#define HOLDS_BY_RULE(law, condition) skip
#else
#define HOLDS_BY_RULE(law, condition) HOLDS(law, condition)
#endif

/* Interesting states, counted over the whole search so that no law holds for want of
 * anything happening. Plain C, outside of the state. */
c_decl {
  \#include <stdio.h>
  \#include <stdlib.h>
  enum { VOID_RECORD, TAKE_OVER, LAGGING_TAKE_OVER, DEAD_OWNERS_REACTION_LANDS,
         DIED_BETWEEN_INTAKE_AND_REACTION, DIED_WITH_REACTION_IN_FLIGHT,
         FOREIGN_OVERLAY_DROPPED, REACTION_REDECIDED, REACTION_WAITS_FOR_FACTS,
         QUIET_REACTION, UNHEARD_PASSED, WAITS_FOR_WHAT_AN_UNHEARD_SAW,
         ALL_SETTLED, ALL_SETTLED_AFTER_TAKE_OVER, WITNESSES };
  static const char* const witness_name[] = {
         "VOID_RECORD", "TAKE_OVER", "LAGGING_TAKE_OVER", "DEAD_OWNERS_REACTION_LANDS",
         "DIED_BETWEEN_INTAKE_AND_REACTION", "DIED_WITH_REACTION_IN_FLIGHT",
         "FOREIGN_OVERLAY_DROPPED", "REACTION_REDECIDED", "REACTION_WAITS_FOR_FACTS",
         "QUIET_REACTION", "UNHEARD_PASSED", "WAITS_FOR_WHAT_AN_UNHEARD_SAW",
         "ALL_SETTLED", "ALL_SETTLED_AFTER_TAKE_OVER" };
  static long witnessed[WITNESSES];
  static void TellWitnesses(void) {
    for (int w = 0; w < WITNESSES; w++) printf("witness %s %ld\n", witness_name[w], witnessed[w]);
  }
}
#define WITNESS(condition, name) if :: (condition) -> c_code { witnessed[name]++; } :: else fi

/* Scratch: set before use within one step, so no part of the state. */
hidden byte valid;
hidden byte wanted;
hidden byte k;
hidden Record hand;

inline Copy(to, from) {
  to.kind = from.kind;
  to.number = from.number;
  to.events = from.events;
  to.facts = from.facts;
  to.causes = from.causes;
  to.used = from.used
}

inline Clear(rec) {
  rec.kind = 0;
  rec.number = 0;
  rec.events = 0;
  rec.facts = 0;
  rec.causes = 0;
  rec.used = 0
}

/* evolve: the state after the valid record at the next index. */
inline Fold(v, rec) {
  v.index++;
  if
  :: IS_CLAIM(rec.kind) -> v.claim = v.index
  :: else ->
    v.seen_facts = rec.facts;
    v.seen_causes = rec.causes;
    v.effects = v.effects | rec.events
  fi
}

/* ---- The network and the log ---- */

#define PASSES_QUIETLY(rec) \
  (rec.kind == COMMAND && rec.causes == 2 && view[AUDITOR].seen_causes < 2 && unheard != 2)

/* The auditor reads each valid record as it lands, having advanced its intake to that
 * record's `seen`: a replay. */
inline Audit(rec) {
  if
  :: !IS_CLAIM(rec.kind) ->
    HOLDS(seen_never_decreases,
          rec.facts >= view[AUDITOR].seen_facts && rec.causes >= view[AUDITOR].seen_causes);
    HOLDS(reaction_at_most_once, (view[AUDITOR].effects & rec.events) == 0);
    HOLDS(decided_on_what_it_says_it_saw, rec.used == rec.facts);
    HOLDS(no_older_facts_than_the_cause_had,
          rec.kind != REACTION || rec.used >= judged_on[rec.causes]);
#ifdef REPLAY_JUDGES_QUIET_REACTIONS
    /* A cause passed without a record was quiet to its judge. Is it to a replay, which
     * knows only what the next record says was seen? */
    HOLDS(quiet_reaction_is_repeatable, !PASSES_QUIETLY(rec) || IS_QUIET(2, rec.facts));
#endif
    WITNESS(rec.kind == REACTION && !memory[0].owner && !memory[1].owner, DEAD_OWNERS_REACTION_LANDS)
  :: else
  fi;
  Fold(view[AUDITOR], rec);
  view[AUDITOR].facts = view[AUDITOR].seen_facts;
  view[AUDITOR].causes = view[AUDITOR].seen_causes;
  effects_at[view[AUDITOR].index] = view[AUDITOR].effects
}

/* The air is a set; one order for each keeps the search small. */
#define KEY(s) (air[s].kind | (air[s].number << 3) | (air[s].events << 6) | \
                (air[s].facts << 9) | (air[s].causes << 11) | (air[s].used << 13))
inline SortAir() {
  if
  :: air[0].kind == 0 || (air[1].kind != 0 && KEY(0) > KEY(1)) ->
    Copy(hand, air[0]);
    Copy(air[0], air[1]);
    Copy(air[1], hand)
  :: else
  fi
}

inline Vanish(s) {
  Clear(air[s]);
  SortAir()
}

#define AIR_HAS_ROOM (air[1].kind == 0)

#define MAY_COUNT(s) \
  ((IS_CLAIM(air[s].kind) && air[s].number == view[AUDITOR].claim) || \
   (!IS_CLAIM(air[s].kind) && air[s].number == view[AUDITOR].index + 1))

/* What can only be void from now on may as well vanish at once: nobody would be any the
 * wiser. */
inline Purge(s) {
  if
  :: air[s].kind != 0 && !MAY_COUNT(s) -> WITNESS(true, VOID_RECORD); Clear(air[s])
  :: else
  fi
}

/* Slot 1 holds what was just sent. */
inline Send() {
  Purge(1);
  SortAir()
}

/* A record in the air reaches the log's end as its next valid record. */
inline Land(s) {
  Copy(log[view[AUDITOR].index + 1], air[s]);
  Audit(air[s]);
  Vanish(s);
  Purge(0)
}

#define MAY_LAND(s) (air[s].kind != 0 && MAY_COUNT(s) && view[AUDITOR].index < INDEX_MAX)

/* Delays, loses and reorders. A double would be void: its index is taken. */
active proctype Network() {
end:
  do
  :: d_step { MAY_LAND(0) -> Land(0) }
  :: d_step { MAY_LAND(1) -> Land(1) }
  :: d_step { air[0].kind != 0 -> Vanish(0) }
  :: d_step { air[1].kind != 0 -> Vanish(1) }
  od
}

/* ---- An instance ---- */

/* Within an instance: its store, and what it keeps in memory. */
#define mine view[me]
#define mind memory[me]

/* A store may fold foreign records up to the newest `seen` of its own, and no further.
 * That it folds facts before causes only makes the search smaller. */
#ifdef FACT_ROWS_AHEAD_OF_SEEN
#define STORE_MAY_TAKE_FACT (mine.facts < FACTS_MAX)
#define STORE_MAY_TAKE_CAUSE (mine.causes < CAUSES_MAX)
#else
#define STORE_MAY_TAKE_FACT (mine.facts < mine.seen_facts)
#define STORE_MAY_TAKE_CAUSE (mine.causes < mine.seen_causes && mine.facts == mine.seen_facts)
#endif

#define STORE_REACHED_SEEN (mine.facts >= mine.seen_facts && mine.causes >= mine.seen_causes)

/* Once its foreign positions have reached the newest `seen` at its index, the store's
 * state is the state at that index. */
inline CheckState() {
  if
  :: STORE_REACHED_SEEN ->
    HOLDS(state_is_a_function_of_the_log, mine.effects == effects_at[mine.index]);
    HOLDS_BY_RULE(fact_rows_are_a_function_of_the_log,
                  mine.facts == mine.seen_facts && mine.causes == mine.seen_causes)
  :: else
  fi
}

/* The overlay goes: decisions in flight and all foreign records beyond the store's. */
inline DropOverlay() {
  WITNESS(mind.facts > mine.facts || mind.causes > mine.causes, FOREIGN_OVERLAY_DROPPED);
  mind.flight = 0;
  mind.half = 0;
  mind.facts = (mind.owner -> mine.facts : 0);
  mind.causes = (mind.owner -> mine.causes : 0)
}

/* The overlay stands on the store. */
inline RaiseOverlay() {
  if
  :: mind.owner && mind.facts < mine.facts -> mind.facts = mine.facts
  :: else
  fi;
  if
  :: mind.owner && mind.causes < mine.causes -> mind.causes = mine.causes
  :: else
  fi
}

/* What a decision made now would say it has seen. A `seen` may not decrease, so a writer
 * says at least the newest. */
#ifdef SEEN_MAY_DECREASE
#define SAYS_FACTS (mind.facts)
#define SAYS_CAUSES (mind.causes)
#else
#define SAYS_FACTS (mind.facts > mine.seen_facts -> mind.facts : mine.seen_facts)
#define SAYS_CAUSES (mind.causes > mine.seen_causes -> mind.causes : mine.seen_causes)
#endif

/* Reads the partition's own next record. */
inline Read() {
  Copy(hand, log[mine.index + 1]);
  valid = (mind.flight == hand.kind && SAYS_FACTS == hand.facts && SAYS_CAUSES == hand.causes);
  Fold(mine, hand);
  if
  :: IS_CLAIM(hand.kind) ->
    WITNESS(hand.kind == CLAIM_BY(me) && mine.index > 1, TAKE_OVER);
    WITNESS(hand.kind == CLAIM_BY(me) && !STORE_REACHED_SEEN, LAGGING_TAKE_OVER);
    mind.owner = (hand.kind == CLAIM_BY(me));
    DropOverlay()
  :: !IS_CLAIM(hand.kind) && valid ->
    /* Read back: the overlay up to its `seen` is now the store's. */
    mind.flight = 0;
    mine.facts = (mine.facts > hand.facts -> mine.facts : hand.facts);
    mine.causes = (mine.causes > hand.causes -> mine.causes : hand.causes)
  :: else -> DropOverlay()
  fi;
  CheckState();
  if
  :: view[0].index >= mine.index && view[1].index >= mine.index ->
    Clear(log[mine.index]);
    effects_at[mine.index - 1] = 0
  :: else
  fi
}

/* Decides: one record, with all it rests on. */
#ifdef SEEN_IGNORED_AT_TAKE_OVER
#define MAY_DECIDE (mind.owner && mind.flight == 0 && AIR_HAS_ROOM && mine.index < INDEX_MAX)
#else
#define MAY_DECIDE (mind.owner && mind.flight == 0 && AIR_HAS_ROOM && mine.index < INDEX_MAX && \
                    STORE_REACHED_SEEN)
#endif

inline Decide(what, about) {
  HOLDS_BY_RULE(owner_waits_for_the_seen_of_its_claim, STORE_REACHED_SEEN);
  air[1].kind = what;
  air[1].number = mine.index + 1;
  air[1].events = about;
  air[1].facts = SAYS_FACTS;
  air[1].causes = SAYS_CAUSES;
  air[1].used = mind.facts;
  mind.flight = what;
#ifdef STATE_AHEAD_OF_READ_BACK
  mine.effects = mine.effects | about;
#endif
  Send()
}

/* The next cause, if there is one and its own `seen` has been reached. */
#define NEXT_IS_CAUSE (mind.causes < CAUSES_MAX && mind.causes + 1 != unheard)
#ifdef REACTION_ON_OLDER_FACTS
#define AT_CAUSE NEXT_IS_CAUSE
#else
#define AT_CAUSE (NEXT_IS_CAUSE && mind.facts >= reached_by[mind.causes + 1])
#endif

/* A record that holds nothing for this partition is passed without a decision, and whatever its
 * owner had seen: nothing is judged by it. */
#define AT_UNHEARD (mind.causes < CAUSES_MAX && mind.causes + 1 == unheard)

/* Takes in the next cause: the reaction to the whole of it is decided in the same step,
 * and the cursor goes with it into one record. A quiet reaction only moves the overlay. */
inline React() {
  mind.causes++;
  wanted = EVENTS_OF(mind.causes);
  if
  :: IS_QUIET(mind.causes, mind.facts) ->
    second_was_quiet = true;
    WITNESS(true, QUIET_REACTION)
  :: else ->
    WITNESS(air[0].kind == REACTION && air[0].causes == mind.causes, REACTION_REDECIDED);
#ifdef ONE_EVENT_TAKEN_FOR_A_CAUSE
    if
    :: mind.causes == 1 -> wanted = FIRST_EVENT; mind.half = SECOND_EVENT
    :: else
    fi;
#endif
    Decide(REACTION, wanted)
  fi
}

/* All there is has been read, taken in and decided, and nothing is in the air. */
#define SETTLED \
  (mind.owner && mine.index == view[AUDITOR].index && air[0].kind == 0 && mind.flight == 0 && \
   mind.half == 0 && STORE_REACHED_SEEN && mind.facts == FACTS_MAX && mind.causes == CAUSES_MAX)

inline CheckSettled() {
  HOLDS(no_reaction_lost,
        (mine.effects | (second_was_quiet -> EVENTS_OF(2) : 0)) == ALL_EVENTS);
  WITNESS(true, ALL_SETTLED);
  WITNESS(mine.claim > 1, ALL_SETTLED_AFTER_TAKE_OVER)
}

/* With QUIET_REACTION_HOLDS_FACTS, one who judged a reaction quiet takes in no more facts
 * until a record of its own has said what it was judged on. */
#ifdef QUIET_REACTION_HOLDS_FACTS
#define MAY_TAKE_FACT (mind.facts < FACTS_MAX && mind.causes == mine.seen_causes)
#else
#define MAY_TAKE_FACT (mind.facts < FACTS_MAX)
#endif

/* Reads, folds, takes in, claims, decides, gives up and dies, whenever it likes. */
proctype Instance(byte me) {
end:
  do
  /* Owner or standby. */
  :: d_step { mine.index < view[AUDITOR].index -> Read() }
  :: d_step { STORE_MAY_TAKE_FACT -> mine.facts++; RaiseOverlay(); CheckState() }
  :: d_step { STORE_MAY_TAKE_CAUSE -> mine.causes++; RaiseOverlay(); CheckState() }
  /* Standby: says that it would write from here on. */
  :: d_step { !mind.owner && AIR_HAS_ROOM && mine.index < INDEX_MAX ->
              air[1].kind = CLAIM_BY(me); air[1].number = mine.claim; Send() }
  /* Owner: takes in, into the overlay, and decides. */
  :: d_step { mind.owner && STORE_REACHED_SEEN && mind.flight == 0 && MAY_TAKE_FACT ->
              WITNESS(NEXT_IS_CAUSE && !AT_CAUSE, REACTION_WAITS_FOR_FACTS);
              WITNESS(unheard == 1 && mind.causes == 1 && !AT_CAUSE, WAITS_FOR_WHAT_AN_UNHEARD_SAW);
              mind.facts++ }
  :: d_step { MAY_DECIDE && AT_CAUSE && mind.half == 0 -> React() }
  :: d_step { mind.owner && STORE_REACHED_SEEN && mind.flight == 0 && AT_UNHEARD ->
              mind.causes++;
              WITNESS(true, UNHEARD_PASSED) }
#ifdef UNHEARD_PASSES_A_CAUSE
  :: d_step { mind.owner && STORE_REACHED_SEEN && mind.flight == 0 && mind.causes == 0 && unheard == 2 ->
              mind.causes = 2 }
#endif
  :: d_step { MAY_DECIDE -> Decide(COMMAND, 0) }
#ifdef ONE_EVENT_TAKEN_FOR_A_CAUSE
  :: d_step { MAY_DECIDE && mind.half != 0 -> wanted = mind.half; mind.half = 0; Decide(REACTION, wanted) }
#endif
  /* A deadline passed: what is in flight is decided again. */
  :: d_step { mind.flight != 0 -> DropOverlay() }
  :: d_step { SETTLED -> CheckSettled() }
  /* Dies and starts again with its store. */
  :: d_step { mind.owner ->
              WITNESS(mind.flight == 0 && AT_CAUSE, DIED_BETWEEN_INTAKE_AND_REACTION);
              WITNESS(mind.flight == REACTION, DIED_WITH_REACTION_IN_FLIGHT);
              mind.owner = false; DropOverlay() }
  od
}

/* Starts where instance 0 has won the first claim: a race for it is the race for any. */
init {
  d_step {
    c_code { atexit(TellWitnesses); };
    log[1].kind = CLAIM_BY(0);
    k = 0;
    do
    :: k < VIEWS -> Fold(view[k], log[1]); k++
    :: else -> break
    od;
    memory[0].owner = true
  };
  /* Causes decided on all that there was show that reactions wait for the facts; causes
   * decided on nothing leave their reactions the most freedom. Where one of the two holds nothing for this
   * partition, its owner had seen what the other's owner had: then only the first of them says so. */
  if
  :: d_step { judged_on[1] = 1; judged_on[2] = 2; reached_by[1] = 1; reached_by[2] = 2 }
  :: d_step { unheard = 1; judged_on[1] = 2; judged_on[2] = 2; reached_by[1] = 2;
#ifndef UNHEARD_IS_SKIPPED
              reached_by[2] = 2
#endif
            }
  :: d_step { unheard = 2; judged_on[1] = 2; judged_on[2] = 2; reached_by[1] = 2; reached_by[2] = 2 }
  :: true
  fi;
  run Instance(0);
  run Instance(1)
}
