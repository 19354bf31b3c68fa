-- Which ready instruments a run was configured with, and what their files were: values can be told by it for ever.

ALTER TABLE run ADD COLUMN profiles TEXT;  -- JSON: {name: [version, SHA-256 of the file]}; NULL: none, or an older gateway's run
