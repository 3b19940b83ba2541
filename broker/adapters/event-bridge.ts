/** The deployment's event bus in EventBridge: what the outside is told, one entry a call, so that the order is kept as far as it goes. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Announcement } from '#domain/announcement.ts';
import { Unavailable } from '#domain/errors.ts';
import type { TicketReply } from '#domain/ticket-reply.ts';
import type { EventBus } from '#ports';
import { detailTypes, eventSource } from './bus-events.ts';
import { sdkOptions } from './sdk-options.ts';
import { attempt } from './unavailable.ts';

export class EventBridgeBus implements EventBus {
  readonly #client: EventBridgeClient;
  readonly #bus: string;
  constructor(client: EventBridgeClient, bus: string) {
    this.#client = client;
    this.#bus = bus;
  }

  announce(announcement: Announcement): Promise<void> {
    return this.#put(
      'killSwitch' in announcement ? detailTypes.killSwitch : detailTypes.request,
      announcement,
    );
  }

  reply(reply: TicketReply): Promise<void> {
    return this.#put(detailTypes.ticketReply, reply);
  }

  async #put(detailType: string, detail: Announcement | TicketReply): Promise<void> {
    const entry = {
      EventBusName: this.#bus,
      Source: eventSource,
      DetailType: detailType,
      Time: new Date(detail.at),
      Detail: JSON.stringify(detail),
    };
    const what = `Telling ${detail.id} to the event bus`;
    const { FailedEntryCount, Entries } = await attempt(what, () =>
      this.#client.send(new PutEventsCommand({ Entries: [entry] })),
    );
    // The call succeeds also where nothing of it was taken.
    if (FailedEntryCount !== 0)
      throw new Unavailable(`${what} failed (${Entries?.[0]?.ErrorCode ?? 'not taken'}). Try again shortly.`);
  }
}

export function eventBridge(
  purpose: Parameters<typeof sdkOptions>[0],
  region: string,
  bus: string,
): EventBridgeBus {
  return new EventBridgeBus(new EventBridgeClient(sdkOptions(purpose, region)), bus);
}
