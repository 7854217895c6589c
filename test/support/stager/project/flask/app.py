"""Writes each item into the database and into the object store, and tells what both have."""
import datetime
import hashlib
import hmac
import http.client
import json
import os
import re
import signal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import greet
import pymysql

USER, PASSWORD, HOST, DATABASE = re.fullmatch(
    r'mysql\+pymysql://([^:]*):([^@]*)@([^/]*)/(.*)', os.environ['ST_DATABASE_URI']).groups()
ENDPOINT, ACCESS, SECRET = (os.environ[f'MINIO_{name}'] for name in ('ENDPOINT', 'ACCESS_KEY', 'SECRET_KEY'))
REGION = os.environ.get('MINIO_REGION_NAME') or 'us-east-1'


def database():
    return pymysql.connect(host=HOST, user=USER, password=PASSWORD, database=DATABASE, autocommit=True)


def sql(text, *values):
    with database() as link, link.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def s3(method, path, body=b''):
    now = datetime.datetime.utcnow().strftime('%Y%m%dT%H%M%SZ')
    digest = hashlib.sha256(body).hexdigest()
    headers = {'host': ENDPOINT, 'x-amz-content-sha256': digest, 'x-amz-date': now}
    names = ';'.join(headers)
    lines = ''.join(f'{name}:{value}\n' for name, value in headers.items())
    asked = '\n'.join([method, path, '', lines, names, digest])
    scope = f'{now[:8]}/{REGION}/s3/aws4_request'
    text = '\n'.join(['AWS4-HMAC-SHA256', now, scope, hashlib.sha256(asked.encode()).hexdigest()])
    key = f'AWS4{SECRET}'.encode()
    for part in scope.split('/'):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signed = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers['Authorization'] = f'AWS4-HMAC-SHA256 Credential={ACCESS}/{scope}, SignedHeaders={names}, Signature={signed}'
    link = http.client.HTTPConnection(ENDPOINT)
    link.request(method, path, body, headers)
    reply = link.getresponse()
    return reply.status, reply.read().decode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        rows = [name for (name,) in sql('SELECT name FROM item ORDER BY name')]
        objects = re.findall('<Key>(.*?)</Key>', s3('GET', '/items')[1])
        self.reply({'greet': greet.VERSION, 'rows': rows, 'objects': objects})

    def do_POST(self):
        name = self.path.rsplit('/', 1)[1]
        sql('INSERT INTO item VALUES (%s)', name)
        self.reply({'stored': s3('PUT', f'/items/{name}', name.encode())[0]})

    def reply(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
sql('CREATE TABLE IF NOT EXISTS item (name VARCHAR(100) PRIMARY KEY)')
s3('PUT', '/items')
ThreadingHTTPServer(('0.0.0.0', 5000), Handler).serve_forever()
