"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const [frame, view, stage, after, slider, handle, choice] =
    ["frame", "view", "stage", "after", "cut", "handle", "choice"].map(get);
  const width = Number(stage.dataset.width), height = Number(stage.dataset.height);
  const result = after.src;
  let zoom = "fit", scale = 1, drag = null;

  /* The part of the picture that is in sight: left edge within the view, width, place in the picture. */
  function sight() {
    const shown = width * scale, room = view.clientWidth;
    const left = Math.max(0, (room - shown) / 2);
    return { left, width: Math.min(room, shown), start: view.scrollLeft };
  }

  function cut() {
    const seen = sight(), share = slider.value / slider.max;
    const at = seen.start + share * seen.width;
    stage.style.setProperty("--cut", `${at}px`);
    stage.style.setProperty("--rest", `${width * scale - at}px`);
    handle.style.left = `${seen.left + share * seen.width}px`;
    handle.style.height = `${view.clientHeight}px`;
    /* Labels and slider keep to the picture where it is wide enough for them. */
    const side = seen.width >= 320 ? seen.left : 0;
    frame.style.setProperty("--side", `${side}px`);
    slider.style.width = `${frame.clientWidth - 2 * side}px`;
    slider.style.marginLeft = `${side}px`;
    slider.setAttribute("aria-valuetext", `${Math.round(100 * share)} % before`);
  }

  function fitting() {
    const most = Math.max(240, Math.min(0.72 * innerHeight, 900));
    const room = Math.min(frame.clientWidth / width, most / height);
    return room < 1 ? room : Math.min(Math.floor(room), 8);
  }

  function resize() {
    const old = scale, x = (view.scrollLeft + view.clientWidth / 2) / old;
    const y = (view.scrollTop + view.clientHeight / 2) / old;
    scale = zoom === "fit" ? fitting() : Number(zoom);
    stage.style.setProperty("--width", `${width * scale}px`);
    stage.style.setProperty("--height", `${height * scale}px`);
    frame.classList.toggle("whole", zoom === "fit");
    stage.classList.toggle("sharp", scale > 1);
    view.scrollTo(x * scale - view.clientWidth / 2, y * scale - view.clientHeight / 2);
    cut();
  }

  function choose(key) {
    const option = [...choice.options].find((one) => one.value === key);
    if (!option) return;
    choice.value = key;
    after.src = key === "result" ? result : get(option.dataset.from).src;
    after.alt = option.text;
    get("right").textContent = option.text;
    get("caption").textContent = `After: ${option.text}`;
    for (const row of document.querySelectorAll("[data-key]"))
      row.toggleAttribute("aria-current", row.dataset.key === key);
  }

  function moveTo(clientX) {
    const seen = sight(), from = view.getBoundingClientRect().left + seen.left;
    const share = Math.min(1, Math.max(0, (clientX - from) / seen.width));
    slider.value = Math.round(share * slider.max);
    cut();
  }

  frame.addEventListener("pointerdown", (event) => {
    const box = view.getBoundingClientRect();
    const onBars = event.clientX - box.left > view.clientWidth || event.clientY - box.top > view.clientHeight;
    if (event.button || onBars) return;
    if (zoom === "fit" || event.target.closest("#handle")) drag = { kind: "cut" };
    else if (event.pointerType === "mouse")
      drag = { kind: "pan", x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
    else return;
    frame.setPointerCapture(event.pointerId);
    if (drag.kind === "cut") moveTo(event.clientX);
  });
  frame.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (drag.kind === "cut") moveTo(event.clientX);
    else view.scrollTo(drag.x - event.clientX, drag.y - event.clientY);
  });
  for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { drag = null; });
  frame.addEventListener("dragstart", (event) => event.preventDefault());
  view.addEventListener("scroll", cut);
  slider.addEventListener("input", cut);
  addEventListener("resize", resize);

  for (const button of document.querySelectorAll("[data-zoom]"))
    button.addEventListener("click", () => {
      zoom = button.dataset.zoom;
      for (const one of document.querySelectorAll("[data-zoom]"))
        one.setAttribute("aria-pressed", String(one === button));
      resize();
    });
  choice.addEventListener("change", () => choose(choice.value));
  for (const button of document.querySelectorAll("[data-show]"))
    button.addEventListener("click", () => {
      choose(button.dataset.show);
      get("compare").scrollIntoView({ block: "start" });
    });

  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const box = document.body.appendChild(document.createElement("textarea"));
      box.value = text;
      box.select();
      const copied = document.execCommand("copy");
      box.remove();
      button.focus();
      if (!copied) { get("told").textContent = `This browser would not copy ${text}.`; return; }
    }
    get("told").textContent = `Copied ${text}`;
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1200);
  }
  for (const button of document.querySelectorAll("[data-copy]"))
    button.addEventListener("click", () => copy(button));

  document.documentElement.classList.add("live");
  resize();
})();
