/** Styles are gathered into main.css by the bundler. */
declare module '*.css';
