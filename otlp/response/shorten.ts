/** Messages are cut here: an answer then stays far below any client's limit. */
const MAX_CHARACTERS = 4096;

/** The message, cut to {@link MAX_CHARACTERS} with an ellipsis when it is longer. */
export function shorten(message: string): string {
  return message.length <= MAX_CHARACTERS ? message : `${message.slice(0, MAX_CHARACTERS - 1)}…`;
}
