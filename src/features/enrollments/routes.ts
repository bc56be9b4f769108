import type { Api } from '../../http/api.ts'
export function enrollmentRoutes(_api: Api): void {}
