/* One partition's chain: records, tags, claims, read-back and quiet answers.
 *
 * Two claimants write to one log through a network that may delay, lose, double and
 * reorder everything. The model asks whether the rule "a record is valid if its index
 * is the next one and its tag matches" is enough for clients to live by, with no lock,
 * lease or clock. What follows from other partitions' records is intake.pml.
 *
 * The hash is perfect here: H(n) is the history itself, one hexadecimal digit for each
 * valid record, so equal hashes mean equal histories and a tag is the whole of H(n-1).
 *
 * Nothing is bounded but what the constants below bound: crashes, losses, doubles, void
 * records, lost claims and missed deadlines happen as often as they like. model_test.py
 * searches it twice: long histories, and shorter ones with more for a reader to meet.
 *
 * Compiled with -DMUTATION, one of those named in README.md, it must break a law.
 */

#ifndef INDEX_MAX
#define INDEX_MAX 6   /* Valid records in the log. A history fits an int up to 7. */
#endif
/* Void records that wait for a slow reader at a time. With 0 they are judged as they land
 * and not kept for it: it will judge them alike, for it passes that place with the index,
 * history and claim that the auditor had there, which readers_agree asserts. */
#ifndef VOIDS_UNREAD_MAX
#define VOIDS_UNREAD_MAX 0
#endif
#define WINDOW 3      /* How many records a reader may be behind the log's end. */
#ifndef AIR_MAX
#define AIR_MAX 3     /* Records sent and not yet lost or landed for the last time. At most 3. */
#endif
#define PIPELINE 2    /* Decisions an owner may have in flight. */
#define CLAIMANTS 2
#define AUDITOR 2     /* The view of a fresh reader that is never behind; see Audit. */
#define VIEWS 3

/* Up to three requests about one pupil, who is out at first: come in, go out, come in.
 * Each is quiet where the pupil already is as the request would have it. */
#ifndef REQUESTS
#define REQUESTS 3
#endif
#define WANTS_IN(r) ((r) != 1)

/* What a record says, in one digit. 0 is no record. */
#define CLAIM_BY(i) (1 + (i))
#define DONE_OF(r) (4 + (r))
#define QUIET_OF(r) (8 + (r))
#define IS_CLAIM(c) ((c) < 4)
#define CLAIMANT_OF(c) ((c) - 1)
#define REQUEST_OF(c) ((c) & 3)
#define ANSWER_OF(c) ((c) >> 2)

/* What a request was answered. */
#define NONE 0
#define DONE 1
#define QUIET 2

/* H(n) from H(n-1); H(n-steps) from H(n); what the newest record of a history says. */
#define H_THEN(h, c) (((h) << 4) | (c))
#define H_BACK(h, steps) ((h) >> (4 * (steps)))
#define H_NEWEST(h) ((h) & 15)

typedef Record {
  byte content;
  byte index;  /* Of a commit, its own. */
  int tag;     /* Of a commit, H(index - 1). */
  byte claim;  /* Commit: the claim it was written under. Claim: the claim before it. */
  bool voided  /* In the log: the auditor's verdict. No rule reads this. */
}

/* What a reader knows: where it stands in the log, the chain there, and the state. */
typedef View {
  byte at;     /* The next record to read, in the window below. */
  byte index;  /* Valid records read. */
  int hash;    /* H(index). */
  byte claim;  /* Index of the newest claim. */
  bool in;     /* The state: is the pupil in, */
  byte answer[REQUESTS] /* and what has each request been answered. */
}

/* What an instance keeps in memory only. */
typedef Memory {
  bool owner;            /* Has read its own claim back and nobody else's since. */
  byte flying;           /* The overlay: own decisions not read back yet, oldest first. */
  byte flight[PIPELINE]
}

/* The log's end: what some instance has not read. What both have read is forgotten. */
Record log[WINDOW];
byte log_end;
Record air[3];
View view[VIEWS];
Memory memory[CLAIMANTS];

/* What a client was told of a request that had no record then. Here it stays NONE; a
 * mutation's promises stand in it. */
byte promised[REQUESTS];

/* The digest of the state at each index, as the auditor has it. */
byte digest_at[INDEX_MAX + 1];

/* The laws. Each is true until it is broken, so that a failed assertion is its name. */
bool one_record_per_request = true;
bool same_request_same_answer = true;
bool answer_is_in_the_log = true;
bool quiet_answer_was_true = true;
bool decided_again_alike = true;
bool readers_agree = true;
#ifdef HALT_AT_MORE_VOIDS_THAN_PIPELINE
byte voids_in_a_row;
bool no_false_halt = true;
#endif
#define HOLDS(law, condition) law = (condition); assert(law)

/* Interesting states, counted over the whole search so that no law holds for want of
 * anything happening. Plain C, outside of the state. */
c_decl {
  \#include <stdio.h>
  \#include <stdlib.h>
  enum { VOID_RECORD, LOST_MIDDLE, LATE_DOUBLE, DEAD_PRODUCER_VALID, DEAD_PRODUCER_VOID,
         TAKE_OVER, CLAIM_VOID, DEPOSED_DECIDES_QUIET, DEPOSED_ANSWERS_QUIET, REDECIDED,
         REDECIDED_OTHERWISE, HISTORY_FULL, WITNESSES };
  static const char* const witness_name[] = {
         "VOID_RECORD", "LOST_MIDDLE", "LATE_DOUBLE", "DEAD_PRODUCER_VALID", "DEAD_PRODUCER_VOID",
         "TAKE_OVER", "CLAIM_VOID", "DEPOSED_DECIDES_QUIET", "DEPOSED_ANSWERS_QUIET", "REDECIDED",
         "REDECIDED_OTHERWISE", "HISTORY_FULL" };
  static long witnessed[WITNESSES];
  static void TellWitnesses(void) {
    for (int w = 0; w < WITNESSES; w++) printf("witness %s %ld\n", witness_name[w], witnessed[w]);
  }
}
#define WITNESS(condition, name) if :: (condition) -> c_code { witnessed[name]++; } :: else fi

/* Scratch: set before use within one step, so no part of the state. */
hidden byte valid;
hidden byte k;
hidden byte pupil_in;
hidden byte outcome;
hidden byte said;
hidden byte next;
hidden byte digest;
hidden int tip;
hidden Record hand;

/* ---- The rules every reader applies ---- */

/* Is `rec` valid for a reader whose view is `v`? */
inline Judge(v, rec) {
  if
  :: IS_CLAIM(rec.content) -> valid = (rec.claim == v.claim)
  :: else ->
#if defined(VOID_RULE_WITHOUT_TAGS)
    valid = (rec.index == v.index + 1)
#elif defined(CLAIM_IN_PLACE_OF_TAG)
    valid = (rec.index == v.index + 1 && rec.claim == v.claim)
#else
    valid = (rec.index == v.index + 1 && rec.tag == v.hash)
#endif
  fi
}

/* evolve: the state after a valid record. */
inline Fold(v, rec) {
  v.index++;
  v.hash = H_THEN(v.hash, rec.content);
  if
  :: IS_CLAIM(rec.content) -> v.claim = v.index
  :: else ->
    v.answer[REQUEST_OF(rec.content)] = ANSWER_OF(rec.content);
    if
    :: ANSWER_OF(rec.content) == DONE -> v.in = WANTS_IN(REQUEST_OF(rec.content))
    :: else
    fi
  fi
}

inline Digest(v) { digest = v.in | (v.answer[0] << 1) | (v.answer[1] << 3) | (v.answer[REQUESTS-1] << 5) }

inline Copy(to, from) {
  to.content = from.content;
  to.index = from.index;
  to.tag = from.tag;
  to.claim = from.claim;
  to.voided = from.voided
}

inline Clear(rec) {
  rec.content = 0;
  rec.index = 0;
  rec.tag = 0;
  rec.claim = 0;
  rec.voided = 0
}

/* ---- The clients ---- */

/* A client of request `r` is answered. One that asked twice hears both answers. A quiet
 * answer without a record must at least be true of the log as it stands. */
inline Answer(r, reply) {
  HOLDS(same_request_same_answer,
        (promised[r] == NONE || promised[r] == reply) &&
        (view[AUDITOR].answer[r] == NONE || view[AUDITOR].answer[r] == reply));
  HOLDS(answer_is_in_the_log, reply == QUIET || view[AUDITOR].answer[r] == reply);
  HOLDS(quiet_answer_was_true,
        reply == DONE || view[AUDITOR].answer[r] == QUIET || view[AUDITOR].in == WANTS_IN(r));
  if
  :: view[AUDITOR].answer[r] == NONE -> promised[r] = reply
  :: else
  fi
}

/* ---- The network ---- */

/* The writer of a commit has died since, or knows that it was deposed. */
#define WRITER_IS_GONE(rec) \
  (!memory[CLAIMANT_OF(H_NEWEST(H_BACK(view[AUDITOR].hash, view[AUDITOR].index - rec.claim)))].owner)

/* The auditor reads each record as it lands: its verdict is what any later reader of the
 * same log must find. */
inline Audit(rec) {
  Judge(view[AUDITOR], rec);
  if
  :: valid && !IS_CLAIM(rec.content) ->
    k = REQUEST_OF(rec.content);
    HOLDS(one_record_per_request, view[AUDITOR].answer[k] == NONE);
    HOLDS(decided_again_alike,
          (view[AUDITOR].in == WANTS_IN(k)) == (ANSWER_OF(rec.content) == QUIET));
    HOLDS(same_request_same_answer, promised[k] == NONE || promised[k] == ANSWER_OF(rec.content));
    WITNESS(WRITER_IS_GONE(rec), DEAD_PRODUCER_VALID)
  :: !valid && !IS_CLAIM(rec.content) ->
    WITNESS(true, VOID_RECORD);
    WITNESS(WRITER_IS_GONE(rec), DEAD_PRODUCER_VOID);
    WITNESS(rec.claim == view[AUDITOR].claim && rec.index > view[AUDITOR].index + 1, LOST_MIDDLE);
    WITNESS(rec.index <= view[AUDITOR].index &&
            H_BACK(view[AUDITOR].hash, view[AUDITOR].index - rec.index) ==
            H_THEN(rec.tag, rec.content), LATE_DOUBLE)
  :: else -> WITNESS(!valid, CLAIM_VOID)
  fi;
  if
  :: valid ->
    Fold(view[AUDITOR], rec);
    Digest(view[AUDITOR]);
    digest_at[view[AUDITOR].index] = digest;
    WITNESS(view[AUDITOR].index == INDEX_MAX, HISTORY_FULL)
  :: else
  fi
}

/* The air is a set; one order for each keeps the search small. */
#define BELONGS_AFTER(s, other) \
  (air[s].content == 0 || (air[other].content != 0 && \
   (air[s].tag > air[other].tag || \
    (air[s].tag == air[other].tag && air[s].content > air[other].content))))

inline Order(s, other) {
  if
  :: BELONGS_AFTER(s, other) ->
    Copy(hand, air[s]);
    Copy(air[s], air[other]);
    Copy(air[other], hand)
  :: else
  fi
}

inline SortAir() {
  Order(0, 1);
  Order(1, 2);
  Order(0, 1)
}

#define AIR_HAS_ROOM (air[AIR_MAX - 1].content == 0)

/* Where void records are not kept, what can only be void from now on may as well vanish
 * at once: nobody would be any the wiser. */
#define IS_HOPELESS(s) \
  (VOIDS_UNREAD_MAX == 0 && air[s].content != 0 && \
   ((IS_CLAIM(air[s].content) && air[s].claim != view[AUDITOR].claim) || \
    (!IS_CLAIM(air[s].content) && air[s].index <= view[AUDITOR].index)))

inline Purge(s) {
  if
  :: IS_HOPELESS(s) -> Clear(air[s])
  :: else
  fi
}

inline PurgeAir() {
  Purge(0);
  Purge(1);
  Purge(2);
  SortAir()
}

inline Send(what, number, prior, under) {
  air[2].content = what;
  air[2].index = number;
  air[2].tag = prior;
  air[2].claim = under;
  PurgeAir()
}

#define MAY_LAND(s) \
  (air[s].content != 0 && log_end < WINDOW && view[AUDITOR].index < INDEX_MAX)

#define VOIDS_UNREAD (log[0].voided + log[1].voided + log[2].voided)

/* A record in the air reaches the log's end, and may do so again until it vanishes. */
inline Land(s) {
  Audit(air[s]);
  if
  :: valid || VOIDS_UNREAD < VOIDS_UNREAD_MAX ->
    Copy(log[log_end], air[s]);
    log[log_end].voided = !valid;
    log_end++
  :: else
  fi;
#ifdef HALT_AT_MORE_VOIDS_THAN_PIPELINE
  /* Counted leniently: in a row, and no record is doubled. */
  if
  :: valid -> voids_in_a_row = 0
  :: !valid && !IS_CLAIM(air[s].content) && air[s].claim == view[AUDITOR].claim -> voids_in_a_row++
  :: else
  fi;
  HOLDS(no_false_halt, voids_in_a_row <= PIPELINE);
  Clear(air[s]);
#endif
  PurgeAir()
}

inline Vanish(s) {
  Clear(air[s]);
  SortAir()
}

/* Delays, loses, doubles and reorders. */
active proctype Network() {
end:
  do
  :: d_step { MAY_LAND(0) -> Land(0) }
  :: d_step { MAY_LAND(1) -> Land(1) }
  :: d_step { MAY_LAND(2) -> Land(2) }
  :: d_step { air[0].content != 0 -> Vanish(0) }
  :: d_step { air[1].content != 0 -> Vanish(1) }
  :: d_step { air[2].content != 0 -> Vanish(2) }
  od
}

/* ---- An instance ---- */

/* Within an instance: what it knows, and what it keeps in memory. */
#define mine view[me]
#define mind memory[me]

inline DropOverlay() {
  mind.flying = 0;
  mind.flight[0] = 0;
  mind.flight[1] = 0
}

/* A valid record was read. A claim ends what was in flight; so does any record in the
 * place of the oldest in flight. Its client is answered, and so is any who asks again,
 * by whoever has read it, owner or not: the record is final. */
inline Confirm() {
  if
  :: IS_CLAIM(said) ->
    DropOverlay();
    WITNESS(said == CLAIM_BY(me) && !mind.owner, TAKE_OVER);
    /* A claim of its own earlier life may be taken for the one just sent: worse than the
     * real thing, which knows its lives apart. */
    mind.owner = (said == CLAIM_BY(me))
  :: else ->
    if
    :: mind.flying > 0 && mind.flight[0] == said ->
      mind.flight[0] = mind.flight[1];
      mind.flight[1] = 0;
      mind.flying--;
      WITNESS(ANSWER_OF(said) == QUIET && view[AUDITOR].claim > mine.claim, DEPOSED_ANSWERS_QUIET)
    :: else -> DropOverlay()
    fi;
    Answer(REQUEST_OF(said), ANSWER_OF(said))
  fi
}

/* Forgets what both have read. */
inline TrimLog() {
  if
  :: view[0].at > 0 && view[1].at > 0 ->
    Copy(log[0], log[1]);
    Copy(log[1], log[2]);
    Clear(log[2]);
    view[0].at--;
    view[1].at--;
    log_end--
  :: else
  fi
}

/* Reads the next record. */
inline Read() {
  said = log[mine.at].content;
  Judge(mine, log[mine.at]);
  HOLDS(readers_agree, valid != log[mine.at].voided);
  if
  :: valid ->
    Fold(mine, log[mine.at]);
    Digest(mine);
    HOLDS(readers_agree, digest == digest_at[mine.index] &&
                         mine.hash == H_BACK(view[AUDITOR].hash, view[AUDITOR].index - mine.index));
    Confirm()
  :: else
  fi;
  mine.at++;
  TrimLog()
}

/* Is request `r` undecided, in the state and in the overlay? */
#define UNDECIDED(r) \
  (mine.answer[r] == NONE && (mind.flying == 0 || REQUEST_OF(mind.flight[0]) != (r)))

#define IN_AIR(c) (air[0].content == (c) || air[1].content == (c) || air[2].content == (c))
#define OTHERWISE(c) ((c) ^ 12) /* DONE_OF for QUIET_OF, and the reverse. */

#define MAY_DECIDE(r) \
  (mind.owner && mind.flying < PIPELINE && AIR_HAS_ROOM && UNDECIDED(r) && \
   mine.index + mind.flying < INDEX_MAX)

/* The owner is asked `r` and decides it against its state and its overlay. The wait of a
 * request before it is decided, and its retries, are this step taken later or again. */
inline Decide(r) {
  pupil_in = (mind.flying > 0 && ANSWER_OF(mind.flight[0]) == DONE ->
              WANTS_IN(REQUEST_OF(mind.flight[0])) : mine.in);
  outcome = (pupil_in == WANTS_IN(r) -> QUIET_OF(r) : DONE_OF(r));
  tip = (mind.flying > 0 -> H_THEN(mine.hash, mind.flight[0]) : mine.hash);
  next = mine.index + mind.flying + 1;
  WITNESS(ANSWER_OF(outcome) == QUIET && view[AUDITOR].claim > mine.claim, DEPOSED_DECIDES_QUIET);
  WITNESS(IN_AIR(outcome), REDECIDED);
  WITNESS(IN_AIR(OTHERWISE(outcome)), REDECIDED_OTHERWISE);
#ifdef UNFENCED_QUIET_ANSWER
  /* Its mildest form: only where nothing is in flight. */
  if
  :: ANSWER_OF(outcome) == QUIET && mind.flying == 0 -> Answer(r, QUIET)
  :: else ->
#endif
    Send(outcome, next, tip, mine.claim);
    mind.flight[mind.flying] = outcome;
    mind.flying++;
#ifdef STATE_AHEAD_OF_READ_BACK
    mine.in = WANTS_IN(r);
#endif
#ifdef ANSWER_BEFORE_READ_BACK
    Answer(r, ANSWER_OF(outcome))
#endif
#ifdef UNFENCED_QUIET_ANSWER
  fi
#endif
}

/* Reads, claims, decides, gives up and dies, whenever it likes. */
proctype Instance(byte me) {
end:
  do
  :: d_step { mine.at < log_end -> Read() }
  /* Says that it would write from here on. It decides nothing before it has read this back. */
  :: d_step { !mind.owner && AIR_HAS_ROOM && mine.index < INDEX_MAX ->
              Send(CLAIM_BY(me), 0, 0, mine.claim) }
  :: d_step { MAY_DECIDE(0) -> Decide(0) }
  :: d_step { MAY_DECIDE(1) -> Decide(1) }
#if REQUESTS > 2
  :: d_step { MAY_DECIDE(2) -> Decide(2) }
#endif
  /* A hole was met or a deadline passed: all in flight is decided again. */
  :: d_step { mind.flying > 0 -> DropOverlay() }
  /* Dies and starts again. What it had read may survive; what it had sent may yet land. */
  :: d_step { mind.owner -> DropOverlay(); mind.owner = false }
  od
}

/* Starts where claimant 0 has won the first claim: a race for it is the race for any. */
init {
  d_step {
    c_code { atexit(TellWitnesses); };
    hand.content = CLAIM_BY(0);
    k = 0;
    do
    :: k < VIEWS -> Fold(view[k], hand); k++
    :: else -> break
    od;
    Clear(hand);
    memory[0].owner = true
  };
  run Instance(0);
  run Instance(1)
}
