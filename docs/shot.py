"""Takes docs/images/phones.png: starts the demo, sends one list, photographs the phones that rang."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PICTURE = Path(__file__).resolve().parent / "images" / "phones.png"
PORT = 8497
ADDRESS = f"http://127.0.0.1:{PORT}"
SIZE = (1600, 950)
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync"
)
PATIENCE = 60


def state() -> dict[str, object]:
    with urllib.request.urlopen(f"{ADDRESS}/demo/state", timeout=5) as answer:
        found: dict[str, object] = json.load(answer)
    return found


def press(action: str) -> None:
    request = urllib.request.Request(f"{ADDRESS}{action}", data=b"{}", method="POST")
    urllib.request.urlopen(request, timeout=5).close()


def until_served() -> None:
    """The demo has started and counted its cases."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if state()["numbers"]:
                return
        except OSError:
            pass
        time.sleep(0.3)
    raise SystemExit("演练没有起来")


def browser(profile: str) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={profile}")
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or "/usr/bin/chromium"
    driver = shutil.which("chromedriver") or "/usr/bin/chromedriver"
    return webdriver.Chrome(options=options, service=Service(driver))


def take() -> None:
    with tempfile.TemporaryDirectory() as profile:
        chrome = browser(profile)
        try:
            width, height = SIZE
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1.5, "mobile": False}
            chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            chrome.get(ADDRESS)
            wait = WebDriverWait(chrome, PATIENCE)
            wait.until(lambda page: page.find_elements(By.CSS_SELECTOR, "html[data-ready]"))
            press("/demo/list")
            wait.until(lambda page: "新线索" in page.find_element(By.ID, "phones").text)
            time.sleep(2)  # the last bubbles slide in
            PICTURE.parent.mkdir(exist_ok=True)
            chrome.save_screenshot(str(PICTURE))
        finally:
            chrome.quit()


def main() -> None:
    jintang = Path(sys.executable).with_name("jintang")
    demo = subprocess.Popen([jintang, "demo", "--port", str(PORT)], stdout=subprocess.DEVNULL)
    try:
        until_served()
        take()
    finally:
        demo.terminate()
        demo.wait(timeout=20)
    print(PICTURE.relative_to(PICTURE.parents[2]))


if __name__ == "__main__":
    main()
