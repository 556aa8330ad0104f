"""What classifying a million events costs, as a multiple of one str.contains (the bar is 5).

Run with ``python tests/benchmarks/classify_time.py``. The first mix is what an account sees: 95 %
delivered, every answer different. In the second all failed, with other addresses, IPs and queue
ids each; masking is one pass of RE2 over every byte, which str.contains does not need, so its
ratio falls with the number of free processors.
"""

import random
import time

import pandas as pd

from smtp2go_kit.triage.classifier import classify_events

EVENTS = 1_000_000
ROUNDS = 5
FAILURES = """\
550-5.1.1 The email account that you tried to reach does not exist.\\n550 5.1.1 {queue} - gsmtp
550 5.7.1 Service unavailable; Client host [{ip}] blocked using zen.spamhaus.org; see query/ip/{ip}
550 5.1.1 <{address}>: Recipient address rejected: User unknown in virtual mailbox table
421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume - {ip}
552 5.2.2 <{address}>: user is over quota (in reply to RCPT TO command)
""".splitlines()
DELIVERED = "250 2.0.0 OK {queue} - gsmtp"


def filled(text, number, draw):
    ip = ".".join(str(draw.randrange(1, 255)) for _ in range(4))
    queue = (
        f"{draw.getrandbits(52):013x}-{draw.getrandbits(52):013x}si{number:07}qtb.{number % 997}"
    )
    return text.format(ip=ip, queue=queue, address=f"user{number}@domain{number % 9_973}.example")


def events(delivered):
    draw = random.Random(5)
    texts, kinds = [], []
    for number in range(EVENTS):
        arrived = draw.random() < delivered
        texts.append(filled(DELIVERED if arrived else draw.choice(FAILURES), number, draw))
        kinds.append("delivered" if arrived else "hard-bounced")
    return pd.DataFrame({"event": kinds, "smtp_response": texts}, dtype="str")


def seconds(work):
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main():
    for name, delivered in (("95 % delivered", 0.95), ("all failed, all different", 0.0)):
        frame = events(delivered)
        contains = seconds(lambda frame=frame: frame["smtp_response"].str.contains("spam"))
        classified = seconds(lambda frame=frame: classify_events(frame))
        print(f"{name}: {classified:.3f} s / {contains:.3f} s = {classified / contains:.2f}")


if __name__ == "__main__":
    main()
