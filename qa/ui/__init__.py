"""The tabs of the page, one module each. The only package that imports gradio, beside app.py."""
