"""Crawls the sites of a configuration with Scrapy, duplicates dropped before they
are yielded, nothing stored: python3 -m scrapy runspider spider.py -a config=FILE"""
import json
import re

import scrapy

OURS = re.compile(r"^http://127\.0\.0\.1:\d+/zfxxgk/")


class Columns(scrapy.Spider):
    name = "columns"
    custom_settings = {
        "CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "COOKIES_ENABLED": False,
    }

    def __init__(self, config, **kwargs):
        super().__init__(**kwargs)
        with open(config) as f:
            self.start_urls = [u for s in json.load(f)["sites"] for u in s["index"]]
        self.seen = set(self.start_urls)

    def parse(self, response):
        for href in response.css("a::attr(href)").getall():
            u = response.urljoin(href).partition("#")[0]
            if u not in self.seen and OURS.match(u):
                self.seen.add(u)
                yield scrapy.Request(u, dont_filter=True)
