"""The station's sheet (lý lịch trạm): what an authority wants to know of it, as things are now. `sheet` puts it
together of tables, each in a module named by what it tells of."""
