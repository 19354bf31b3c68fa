"""MQTT: the one home of paho.

uplink         one lane to one destination
online_signal  the retained message that shows the station online
log_in         at a broker of whichever version
connection     a connection that the broker has accepted, every wait bounded
client         paho's client on a socket of ours
web_socket     MQTT behind a web page
reason_codes   what a broker's answers mean
"""
