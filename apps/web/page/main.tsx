import { render } from 'preact';
import { App } from './app.tsx';
import './style/main.css';

render(<App />, document.body);
