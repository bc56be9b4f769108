export async function purge(_db: D1Database, _now: number): Promise<void> {}
