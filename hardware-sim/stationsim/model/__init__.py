"""What a scenario says, as frozen models: station, instruments, authorities, faults. Unknown keys are errors.

Only shapes and single values are judged here; what must fit together across the scenario is `consistency.py`'s. The
instruments' models are their protocols' (`profiles`).
"""

from stationsim.model.authority import AuthorityModel
from stationsim.model.fault import FaultModel
from stationsim.model.scenario import Scenario, StationModel
from stationsim.model.signal import MeasuredModel, SignalModel

__all__ = ["AuthorityModel", "FaultModel", "MeasuredModel", "Scenario", "SignalModel", "StationModel"]
