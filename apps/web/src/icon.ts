/** The page's icon, an SVG: three nodes that know each other. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <g stroke="#4f6bed" stroke-width="2.5" fill="none"><path d="M16 8 7 23h18z"/></g>
  <g fill="#4f6bed"><circle cx="16" cy="7.5" r="5"/><circle cx="7" cy="23.5" r="5"/><circle cx="25" cy="23.5" r="5"/></g>
</svg>
`;
