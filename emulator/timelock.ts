/** An account's restriction as GraphQL answers and notifications hold it. */
export function timelockFacts(until: Date | undefined) {
  return {
    is_active: until !== undefined,
    time_enforcement_ends: until ? String(Math.floor(until.getTime() / 1000)) : '0',
    enforcement_type: 'DEFAULT',
  }
}
