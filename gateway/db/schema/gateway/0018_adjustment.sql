-- Whether the instrument was adjusted after the check: drift is told from the first check after that on.
ALTER TABLE calibration_result ADD COLUMN adjusted INTEGER NOT NULL DEFAULT 0;
