"""A queue is the same one after the emulator has been started again at another address.

Stock: queues are kept under their whole URLs, with the port of the emulator that made them. Started from kept state on
another port, what looks for a queue by its name finds none: functions that a queue feeds are never called, and
CreateQueue makes a second, empty one. AWS: a queue is known by its account, region and name.
"""

from ministack.services import sqs


def apply() -> None:
    stock = sqs._queue_url
    # The index by name is made anew from the kept queues when they are loaded.
    sqs._queue_url = lambda name: sqs._queue_name_to_url.get(name) or stock(name)
