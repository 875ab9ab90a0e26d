/** Settings for a machine that writes faster, more, and more alike than the limits let people. */
export const UNLIMITED = {
  limits: {
    chat_calls_per_day: null,
    chat_characters_per_day: null,
    calls_per_day: null,
    characters_per_day: null,
    stop_loops: false,
  },
}
