"""Real servers, real sockets, faults, and a proof that nothing was lost.

    python -m tests.faults --seeds 0-199

One seed is one short life of a site: server processes of the bookshop, visitors and agents
who write to each other over sockets and over the HTTP fallback, and faults in between. All
that they do and hear is written down as a history (`history.py`), and `checker.py` proves
from it, together with a last look into the database, that

- D1 what was acknowledged is in every later reading,
- D2 what was written once is stored at most once, however often it was sent,
- D3 `seq` grows without gaps in each conversation, and is the same for both sides,
- D4 what was not acknowledged is absent or present once, and is stored in the end,
- D5 nobody hears of a conversation that is not theirs,
- D6 what was taken back or forgotten stays so, in the database and on every screen,
- D7 after a no nothing more of a visit is told, not even what was under way,
- D8 nobody is told a page before the visitor's tab has shown who is watching,
- S1 each question to the signpost gets one reaction, and once all is at rest none is left,
- S2 from a hand-over on it is silent until it is given back,
- S3 a hand-over is in the thread and in the state, and agents know of it,
- S4 an automatic answer is about the message that it follows, and nobody else's.

`plan.py` draws everything from the seed. `clients.py` holds the visitors and agents,
`visits.py` and `watchers.py` those who agree to be watched and those who watch, `askers.py`
those who ask the signpost, `proxy.py` the network between them and the servers, `ground.py`
the servers, `injection.py` the faults, `run.py` one seed from beginning to end.
"""
