"""What stands between the network and the answers: access, limits, headers, metrics. Knows no Gradio."""
