"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { width, height, k } = data, n = data.points.length / 2;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const runs = data.runs.map((run) => ({ ...run, labels: whole(run.joined) }));
  let colors = {};

  /* The first step tells every label, each later one only those that changed. */
  function whole(joined) {
    const found = [joined[0]];
    for (const pairs of joined.slice(1)) {
      const labels = found.at(-1).slice();
      for (let i = 0; i < pairs.length; i += 2) labels[pairs[i]] = pairs[i + 1];
      found.push(labels);
    }
    return found;
  }

  function mix() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(name).trim();
    colors = { bg: of("--bg"), soft: of("--soft"), quiet: of("--quiet"), raised: of("--raised"), own: [], on: [] };
    for (let j = 1; j <= 15; j++) {
      colors.own.push(of(`--s${j}`));
      colors.on.push(of(`--t${j}`));
    }
  }

  /* The part of the picture nearer to center i than to any other. */
  function region(centers, i) {
    const [x, y] = centers[i];
    let corners = [[0, 0], [width, 0], [width, height], [0, height]];
    centers.forEach(([cx, cy], j) => {
      const dx = cx - x, dy = cy - y;
      if (j === i || (!dx && !dy)) return;
      const limit = (dx * (x + cx) + dy * (y + cy)) / 2;
      const over = corners.map(([px, py]) => dx * px + dy * py - limit);
      corners = corners.flatMap((point, at) => {
        const last = at ? at - 1 : corners.length - 1, kept = [];
        if (over[last] < 0 !== over[at] < 0) {
          const part = over[last] / (over[last] - over[at]), [px, py] = corners[last];
          kept.push([px + part * (point[0] - px), py + part * (point[1] - py)]);
        }
        if (over[at] <= 0) kept.push(point);
        return kept;
      });
    });
    return corners;
  }

  function pairsOf(flat) {
    return Array.from({ length: k }, (_, j) => [flat[2 * j], flat[2 * j + 1]]);
  }

  const inside = ([x, y]) =>
    [Math.min(Math.max(x, 14), width - 14), Math.min(Math.max(y, 14), height - 14)];

  /* Where centers are in a shot of which a share has passed, and the way that each came. */
  function placed(run, shot, share) {
    const now = pairsOf(run.centers[shot.kept]);
    const way = run.centers.slice(0, shot.kept + 1).map(pairsOf);
    if (shot.phase !== "move") return [now, way];
    const next = pairsOf(run.centers[shot.kept + 1]);
    const between = now.map(([x, y], j) => [x + share * (next[j][0] - x), y + share * (next[j][1] - y)]);
    return [between, [...way, between]];
  }

  function paint(canvas, run, at, share) {
    const seen = canvas.clientWidth, scale = seen / width, sharp = devicePixelRatio || 1;
    if (!seen) return;
    canvas.width = Math.round(seen * sharp);
    canvas.height = Math.round(scale * height * sharp);
    const pen = canvas.getContext("2d"), shot = run.shots[at];
    pen.scale(scale * sharp, scale * sharp);
    const px = 1 / scale, [centers, way] = placed(run, shot, share);
    pen.lineJoin = pen.lineCap = "round";
    if (data.regions) regions(pen, centers, px);
    dots(pen, run, shot, centers, share, px, seen);
    axes(pen, seen, px);
    for (let j = 0; j < k; j++) trail(pen, way.map((one) => inside(one[j])), j, px);
    centers.forEach((place, j) => disk(pen, inside(place), j, px, seen));
  }

  function regions(pen, centers, px) {
    centers.forEach((_, j) => {
      const corners = region(centers, j);
      if (!corners.length) return;
      pen.beginPath();
      for (const [x, y] of corners) pen.lineTo(x, y);
      pen.closePath();
      pen.globalAlpha = 0.12;
      pen.fillStyle = colors.own[j % 15];
      pen.fill();
      pen.globalAlpha = 1;
      pen.strokeStyle = colors.bg;
      pen.lineWidth = 2 * px;
      pen.stroke();
    });
  }

  function axes(pen, seen, px) {
    pen.font = `${11.5 * px}px ${getComputedStyle(document.body).fontFamily}`;
    pen.textAlign = "left";
    pen.lineWidth = 3 * px;
    pen.strokeStyle = colors.raised;
    pen.fillStyle = colors.soft;
    const wide = (text) => pen.measureText(text).width;
    function write(text, x, y) {
      pen.strokeText(text, x, y);
      pen.fillText(text, x, y);
    }
    const [across, up] = data.titles.map((text) => {
      while (wide(text) > 0.6 * width) text = `${text.slice(0, -2)}…`;
      return text;
    });
    const foot = height - 8 * px, end = width - 8 * px - wide(`${across} →`);
    if (seen >= 330) {
      for (const [x, text] of data.ticks[0]) {
        const half = wide(text) / 2;
        if (x + half < end - 10 * px && x - half > 30 * px) write(text, x - half, foot);
      }
      for (const [y, text] of data.ticks[1])
        if (y > 34 * px && y < height - 24 * px) write(text, 8 * px, y + 4 * px);
    }
    if (across) write(`${across} →`, end, foot);
    if (up) write(`↑ ${up}`, 8 * px, 18 * px);
  }

  function dots(pen, run, shot, centers, share, px, seen) {
    const { points } = data, joined = run.labels[shot.kept];
    const size = (seen < 330 ? 2 : n > 600 ? 2.6 : 3.6) * px;
    const before = shot.kept ? run.labels[shot.kept - 1] : null;
    if (shot.phase === "join") {
      /* Who joins whom, as threads; they are clear while rows join and faint after. */
      pen.globalAlpha = (n > 600 ? 0.08 : 0.14) + 0.2 * (1 - share);
      pen.lineWidth = px;
      for (let j = 0; j < k; j++) {
        pen.beginPath();
        pen.strokeStyle = colors.own[j % 15];
        for (let i = 0; i < n; i++)
          if (joined[i] === j + 1) {
            pen.moveTo(points[2 * i], points[2 * i + 1]);
            pen.lineTo(...inside(centers[j]));
          }
        pen.stroke();
      }
    }
    pen.globalAlpha = 0.78;
    for (let j = shot.phase === "start" ? -1 : 0; j < (shot.phase === "start" ? 0 : k); j++) {
      pen.beginPath();
      pen.fillStyle = j < 0 ? colors.quiet : colors.own[j % 15];
      for (let i = 0; i < n; i++) {
        if (j >= 0 && joined[i] !== j + 1) continue;
        const fresh = shot.phase === "join" && before && before[i] !== joined[i];
        const r = fresh ? size * (1.5 + 1.2 * (1 - share)) : size;
        pen.moveTo(points[2 * i] + r, points[2 * i + 1]);
        pen.arc(points[2 * i], points[2 * i + 1], r, 0, 7);
      }
      pen.fill();
    }
    pen.globalAlpha = 1;
  }

  function trail(pen, way, j, px) {
    if (way.length < 2) return;
    for (const [color, wide] of [[colors.bg, 5.5], [colors.own[j % 15], 2.6]]) {
      pen.beginPath();
      for (const [x, y] of way) pen.lineTo(x, y);
      pen.strokeStyle = color;
      pen.lineWidth = wide * px;
      pen.stroke();
    }
    pen.beginPath();
    pen.arc(...way[0], 3.6 * px, 0, 7);
    pen.fillStyle = colors.bg;
    pen.lineWidth = 2 * px;
    pen.fill();
    pen.stroke();
  }

  function disk(pen, [x, y], j, px, seen) {
    const small = k > 30 ? 6 : seen < 330 ? 8.5 : 12;
    pen.beginPath();
    pen.arc(x, y, small * px, 0, 7);
    pen.fillStyle = colors.own[j % 15];
    pen.strokeStyle = colors.bg;
    pen.lineWidth = 2.5 * px;
    pen.fill();
    pen.stroke();
    if (k > 30) return;
    pen.font = `bold ${(seen < 330 ? 10 : 13) * px}px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillStyle = colors.on[j % 15];
    pen.textAlign = "center";
    pen.fillText(j + 1, x, y + (seen < 330 ? 3.6 : 4.7) * px);
  }

  class Player {
    constructor(root) {
      this.root = root;
      this.which = Number(root.dataset.player);
      this.panels = [...root.querySelectorAll("canvas")].map((canvas) => ({
        canvas, run: runs[canvas.dataset.run], box: canvas.closest(".panel"),
      }));
      this.last = Math.max(...this.panels.map(({ run }) => run.shots.length)) - 1;
      this.at = 0;
      this.share = 1;
      this.slider = root.querySelector("input");
      this.slider.max = this.last;
      this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
      for (const button of root.querySelectorAll("[data-do]"))
        button.addEventListener("click", () => this.act(button.dataset.do));
      const chart = this.which ? document.querySelector("[data-chart]") : root.querySelector(".chart");
      this.marks = [...chart.querySelectorAll("svg")].flatMap((svg) => this.panels.map(({ run }) => {
        const mark = document.createElementNS("http://www.w3.org/2000/svg", "circle");
        mark.setAttribute("class", "at");
        mark.setAttribute("r", 6.5);
        svg.append(mark);
        return { mark, run, places: data.charts[this.which][svg.classList.contains("wide") ? "wide" : "narrow"] };
      }));
      root.hidden = false;
      new ResizeObserver(() => this.draw()).observe(root);
      this.show();
    }

    act(what) {
      if (what === "play") return this.frame ? this.pause() : this.play();
      this.go({ first: 0, last: this.last, back: this.at - 1, next: this.at + 1 }[what]);
    }

    go(at) {
      this.pause();
      this.at = Math.min(Math.max(at, 0), this.last);
      this.share = 1;
      this.show();
    }

    /* How long a shot lasts: there is more to read at first. */
    length() {
      return this.at < 5 ? 2600 : this.at < 9 ? 1500 : 850;
    }

    play() {
      if (this.at >= this.last) this.at = 0;
      this.root.classList.add("playing");
      let begun = null;
      const tick = (now) => {
        begun ??= now;
        const passed = now - begun, moves = Math.min(800, 0.6 * this.length());
        const share = calm.matches ? 1 : Math.min(passed / moves, 1);
        const eased = share * share * (3 - 2 * share);
        if (eased !== this.share) {
          this.share = eased;
          this.draw();
        }
        if (passed >= this.length()) {
          if (this.at === this.last) return this.pause();
          this.at += 1;
          this.share = calm.matches ? 1 : 0;
          begun = now;
          this.show();
        }
        this.frame = requestAnimationFrame(tick);
      };
      this.share = 1;
      this.frame = requestAnimationFrame(tick);
      this.show();
    }

    pause() {
      cancelAnimationFrame(this.frame);
      this.frame = 0;
      this.share = 1;
      this.root.classList.remove("playing");
      this.show();
    }

    show() {
      for (const { run, box } of this.panels) {
        const shot = run.shots[Math.min(this.at, run.shots.length - 1)];
        const place = this.which ? box : this.root;
        place.querySelector("[data-title]").textContent = shot.title;
        place.querySelector("[data-text]").textContent = shot.text;
        if (!this.which) {
          place.querySelector("[data-wcss]").textContent = shot.figure;
          place.querySelector("[data-changed]").textContent = shot.changed || "–";
        }
      }
      this.slider.value = this.at;
      const [{ run }] = this.panels, shot = run.shots[Math.min(this.at, run.shots.length - 1)];
      this.slider.setAttribute("aria-valuetext", shot.title);
      this.root.querySelector("output").textContent = `${this.at} of ${this.last}`;
      const main = this.root.querySelector(".main"), word = this.frame ? "Pause" : "Play";
      main.setAttribute("aria-label", word);
      main.querySelector("span").textContent = word;
      for (const { mark, run: own, places: [x, across, y, up, low] } of this.marks) {
        const { step, wcss } = own.shots[Math.min(this.at, own.shots.length - 1)];
        mark.style.visibility = wcss === null ? "hidden" : "visible";
        if (wcss === null) continue;
        mark.setAttribute("cx", x + across * step);
        mark.setAttribute("cy", y + up * (wcss - low));
      }
      this.draw();
    }

    draw() {
      for (const { canvas, run } of this.panels) {
        const at = Math.min(this.at, run.shots.length - 1);
        paint(canvas, run, at, at < this.at ? 1 : this.share);
      }
    }
  }

  mix();
  const players = [...document.querySelectorAll("[data-player]")].map((root) => new Player(root));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    mix();
    for (const player of players) player.draw();
  });

  /* Keys go to the player that is most in sight, and to none where none is. */
  function inSight() {
    const part = ({ root }) => {
      const box = root.getBoundingClientRect();
      return Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    };
    const best = players.reduce((one, other) => (part(other) > part(one) ? other : one));
    return part(best) > 120 ? best : null;
  }

  const KEYS = { " ": "play", ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last" };
  document.addEventListener("keydown", (event) => {
    const what = KEYS[event.key], target = event.target;
    if (!what || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("a, summary, select, textarea")) return;
    if (what === "play" ? target.matches("button") : target.matches("input")) return;
    if ((event.key === "Home" || event.key === "End") && !target.closest("[data-player]")) return;
    const player = target.closest("[data-player]") ? players.find((one) => one.root.contains(target)) : inSight();
    if (!player) return;
    event.preventDefault();
    player.act(what);
  });
})();
