declare namespace Cloudflare {
  interface Env {
    MIGRATIONS: import('cloudflare:test').D1Migration[]
    FUZZ_SEED: string
    FUZZ_ROUNDS: string
    FUZZ_CASES: string
  }
}
declare module '*.md?raw' {
  const text: string
  export default text
}
/** Vite's, of which the tests use this much. */
interface ImportMeta {
  glob<T>(files: string | string[], options: { query?: string; import?: string; eager: true }): Record<string, T>
}
