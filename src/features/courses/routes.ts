import type { Api } from '../../http/api.ts'
export function courseRoutes(_api: Api): void {}
