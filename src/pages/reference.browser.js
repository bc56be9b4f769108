/** The API reference in a browser: Swagger UI, dark where the system's theme is. */
const dark = matchMedia('(prefers-color-scheme: dark)')
const applyTheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', applyTheme)
applyTheme()

addEventListener('DOMContentLoaded', () =>
  window.SwaggerUIBundle({
    url: '/api/openapi.json',
    dom_id: '#reference',
    deepLinking: true,
    tryItOutEnabled: true,
    persistAuthorization: true,
  }),
)
