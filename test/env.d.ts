declare namespace Cloudflare {
  interface Env {
    MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}
declare module '*.md?raw' {
  const text: string
  export default text
}
