/** Whatever holds secrets, read in every way there is by everybody: what chance alone would miss now and then. */
import { type Case, kindOf, type Operation } from './cases.ts'
import { ROLES, type World } from './world.ts'

export function sweep(world: World, operations: readonly Operation[]): [Operation, Case][] {
  return operations
    .filter(({ method, isListed }) => method === 'GET' && isListed)
    .flatMap(operation => {
      const [place] = operation.parameters.filter(parameter => parameter.in === 'path')
      const pages = operation.parameters.some(({ name }) => name === 'page_size')
      const query: Case['query'] = pages ? [['page_size', '100']] : []
      const pool = place ? (world.pools.get(kindOf(operation, place.name)) ?? []) : []
      const paths = place ? pool.filter(({ marked }) => marked).map(({ value }) => ({ [place.name]: value })) : [{}]
      return ROLES.flatMap(role =>
        paths.map((path): [Operation, Case] => [operation, { role, path, query, headers: {} }]),
      )
    })
}
