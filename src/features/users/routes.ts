import type { Api } from '../../http/api.ts'
export function userRoutes(_api: Api): void {}
