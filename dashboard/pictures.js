// A picture of a page: its words at once, its chart when it is its turn. Charts are drawn one a task
// in the order of the page, so that the first is seen, and a click answered, before the last is done.

const CONFIG = { displayModeBar: false, doubleClick: false };
const kept = new WeakMap(); // the picture of each element that Streamlit gave us
let turn = Promise.resolve();
let count = 0;

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!kept.has(parentElement)) kept.set(parentElement, new Picture(parentElement));
  const picture = kept.get(parentElement);
  picture.ask = { setStateValue, setTriggerValue };
  picture.show(new TextDecoder().decode(data));
  return () => picture.forget();
}

class Picture {
  constructor(element) {
    this.root = element.querySelector(".picture");
    this.chart = this.find(".chart");
    this.find(".save").onclick = () => this.ask.setTriggerValue("save", Date.now());
    this.find(".print").onclick = () => this.ask.setTriggerValue("print", Date.now());
    this.find(".numbers").onclick = ({ currentTarget: button }) => {
      const isOpen = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", isOpen);
      this.ask.setStateValue("numbers", isOpen);
    };
    this.find(".explanation").id = `explanation-${++count}`;
    this.find(".explained button").setAttribute("aria-describedby", `explanation-${count}`);
    this.find(".explained").onkeydown = ({ key, target }) => {
      if (key === "Escape") target.blur();
    };
    this.widths = new ResizeObserver(() => this.queue());
    this.widths.observe(this.chart);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  // Streamlit calls again with every run of the page: most often with the same.
  show(text) {
    if (text === this.text) return;
    this.text = text;
    this.shown = JSON.parse(text);
    const { title, subtitle, source, alt, explained, hasNumbers, figure } = this.shown;
    this.find("h3").textContent = title;
    this.find(".subtitle").textContent = subtitle;
    this.find(".source").textContent = source;
    this.find(".save").hidden = this.find(".numbers").hidden = !hasNumbers;
    this.find(".explained").hidden = !explained;
    if (explained) this.explain(explained);
    this.chart.setAttribute("aria-label", alt);
    this.chart.style.height = `${figure.layout.height}px`; // its room is kept until it is drawn
    this.queue();
  }

  explain({ name, summary, formula, unit, link }) {
    this.find(".explanation strong").textContent = `${name}:`;
    this.find(".summary").textContent = summary;
    this.find(".formula").textContent = formula;
    this.find(".unit").textContent = `Unit: ${unit}`;
    this.find(".explanation a").href = link;
  }

  queue() {
    delete this.root.dataset.drawn;
    turn = turn.then(() => this.draw());
  }

  async draw() {
    const { text, drawn } = this;
    const width = this.chart.clientWidth;
    if (!width) return; // gone, or folded away: it is drawn once it has room
    if (text !== drawn?.text || width !== drawn.width) {
      const { figure, library } = this.shown;
      const failure = this.find(".failure");
      try {
        await import(new URL(library, document.baseURI));
        await Plotly.react(this.chart, figure.data, { ...figure.layout, width }, CONFIG);
        this.drawn = { text, width };
        failure.hidden = true;
      } catch (error) {
        console.error(error);
        globalThis.Plotly?.purge(this.chart);
        failure.textContent = `The picture could not be drawn (${error.message}): reload the page.`;
        failure.hidden = false;
      }
      await seen();
    }
    this.root.dataset.drawn = "";
  }

  // Streamlit also calls this where one call was overtaken by the next.
  forget() {
    if (this.root.isConnected) return;
    this.widths.disconnect();
    if (this.drawn) Plotly.purge(this.chart);
  }
}

// Resolves once what was drawn is on the screen; nothing is where the page lies in the background.
function seen() {
  return new Promise((next) => {
    if (document.hidden) setTimeout(next);
    else requestAnimationFrame(() => setTimeout(next));
  });
}
